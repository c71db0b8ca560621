import type { CommandDefinition } from '../commands/definition.js';
import { COMMANDS } from '../commands/index.js';
import { UsageError } from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import { deliver } from '../render/deliver.js';
import { loadFormat } from '../render/formats.js';
import { Output } from '../render/output.js';
import { VERSION } from '../version.js';
import { parseCommandLine, type CommandLine } from './command-line.js';
import { failureOf, failureText } from './failure.js';
import { allOptions, readGlobalOptions } from './global-options.js';
import { exitCodeOf, listenForInterruption, type Interruption } from './interruption.js';
import { formatOf, lookOf, requestedFormat } from './look.js';
import { inputLines, write, type Terminal } from './terminal.js';
import { argumentValues, optionValues } from './typed-values.js';

/** Runs one command line and returns the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const interruption = listenForInterruption();
  const stdout = new Output(terminal.stdout, 'stdout');
  try {
    return await Promise.race([run(argv, terminal, stdout, interruption), interruption.crash]);
  } catch (error) {
    return await fail(error, argv, terminal, stdout);
  } finally {
    interruption.stop();
  }
}

async function run(
  argv: readonly string[],
  terminal: Terminal,
  stdout: Output,
  interruption: Interruption,
): Promise<ExitCode> {
  const line = parseCommandLine(helpAsOption(argv), COMMANDS, allOptions);
  const text = await textInstead(line, argv);
  if (text === null) return runCommand(line, terminal, stdout, interruption);
  await stdout.write(text);
  await stdout.flush();
  return ExitCode.OK;
}

/** `help pending` is `pending --help`, so that there is one way to a help text. */
function helpAsOption(argv: readonly string[]): readonly string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
}

/** Help or the version; null for a command line that runs a command. */
async function textInstead(
  { typed, definition, group }: CommandLine,
  argv: readonly string[],
): Promise<string | null> {
  if (typed.has('version')) return `${VERSION}\n`;
  if (!typed.has('help') && argv.length > 0) return null;
  const { commandHelp, listHelp } = await import('./help.js');
  return definition === null ? listHelp(group) : commandHelp(definition);
}

async function runCommand(
  { definition, group, typed, words }: CommandLine,
  terminal: Terminal,
  stdout: Output,
  { signal }: Interruption,
): Promise<ExitCode> {
  if (definition === null) {
    const program = group === null ? 'sf-ops' : `sf-ops ${group}`;
    throw new UsageError('Which command?', { hint: `${program} --help lists them.` });
  }
  const globals = readGlobalOptions(definition, typed, terminal.environment);
  const lines = (): AsyncIterable<string> => inputLines(terminal, signal);
  const request = {
    options: optionValues(definition.options, typed, terminal.environment),
    arguments: argumentValues(definition.arguments, await withStandardInput(words, definition, lines)),
  };
  const [{ openContext }, implementation, format] = await Promise.all([
    import('./context.js'),
    definition.load(),
    loadFormat(formatOf(globals, terminal)),
  ]);
  const { context, close } = openContext(definition, globals, terminal, signal);
  try {
    const answer = await implementation(context, request);
    const writer = format.open(answer, stdout, lookOf(terminal, globals));
    const delivery = await deliver(answer, writer, stdout, { signal, failureOf });
    if (delivery.undelivered !== null) context.warn(delivery.undelivered);
    if (delivery.error !== null) await report(delivery.error, terminal, globals.verbose === true);
    // What is printed was done, and tells what; the exit code tells that the signal was heard.
    else if (signal.aborted) return exitCodeOf(signal);
    return delivery.exitCode;
  } finally {
    await close();
  }
}

/**
 * The words of the command line, with a `-` where ids stand replaced by the lines of standard input.
 *
 * @throws UsageError when standard input names nothing: what fed it has failed, and no answer would be about anything
 */
async function withStandardInput(
  words: readonly string[],
  definition: CommandDefinition,
  lines: () => AsyncIterable<string>,
): Promise<readonly string[]> {
  const first = Object.values(definition.arguments).findIndex(({ stdin }) => stdin);
  if (first < 0 || !words.slice(first).includes('-')) return words;
  const ids: string[] = [];
  for await (const line of lines()) if (line !== '') ids.push(line);
  if (ids.length === 0) throw new UsageError('Standard input is empty: it should hold ids, one a line.');
  return words.flatMap((word, index) => (index >= first && word === '-' ? ids : [word]));
}

/** There is no answer: stderr says why, stdout what the format has for it. */
async function fail(
  error: unknown,
  argv: readonly string[],
  terminal: Terminal,
  stdout: Output,
): Promise<ExitCode> {
  await report(error, terminal, argv.includes('--verbose'));
  const format = await loadFormat(requestedFormat(argv, terminal));
  const failure = failureOf(error);
  try {
    const exitCode = await format.fail(failure, stdout);
    await stdout.flush();
    return exitCode;
  } catch {
    return failure.exitCode; // stdout cannot be written; stderr has said everything
  }
}

async function report(error: unknown, { stderr }: Terminal, verbose: boolean): Promise<void> {
  await write(stderr, failureText(error, verbose));
}
