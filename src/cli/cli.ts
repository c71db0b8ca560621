import { ExitCode } from '../core/exit-codes.js';
import { loadFormat } from '../render/formats.js';
import { Output } from '../render/output.js';
import { buildDetails, VERSION } from '../version.js';
import { parseCommandLine, type CommandLine } from './command-line.js';
import { failureOf, failureText } from './failure.js';
import { allOptions } from './global-options.js';
import { listenForInterruption, type Interruption } from './interruption.js';
import { requestedFormat, requestedService } from './look.js';
import { PROGRAM } from './program.js';
import { runCommand } from './run-command.js';
import { errorWidth, write, type Terminal } from './terminal.js';

/** Runs one command line and returns the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const interruption = listenForInterruption();
  const stdout = new Output(terminal.stdout, 'stdout');
  const crash = interruption.crash.catch(async (error: unknown) =>
    process.exit(await fail(error, argv, terminal, stdout)),
  );
  try {
    return await Promise.race([run(argv, terminal, stdout, interruption), crash]);
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
  const line = parseCommandLine(argv, PROGRAM, allOptions);
  const text = await textInstead(line, argv);
  if (text === null) return runCommand(line, terminal, stdout, interruption.signal);
  await stdout.write(text);
  await stdout.flush();
  return ExitCode.OK;
}

/** Help or the version; null for a command line that runs a command. */
async function textInstead(
  { typed, definition, group }: CommandLine,
  argv: readonly string[],
): Promise<string | null> {
  if (typed.has('version')) return `${typed.has('verbose') ? buildDetails() : VERSION}\n`;
  if (!typed.has('help') && argv.length > 0) return null;
  const { commandHelp, listHelp } = await import('./documentation/help.js');
  return definition === null ? listHelp(group) : commandHelp(definition);
}

/** There is no answer: stderr says why, stdout what the format has for it. */
async function fail(
  error: unknown,
  argv: readonly string[],
  terminal: Terminal,
  stdout: Output,
): Promise<ExitCode> {
  const format = await loadFormat(requestedFormat(argv, terminal), requestedService(argv, PROGRAM));
  const isVerbose = argv.includes('--verbose');
  if (format.tellsFailures !== true || isVerbose)
    await write(terminal.stderr, failureText(error, isVerbose, errorWidth(terminal)));
  const failure = failureOf(error);
  try {
    const exitCode = await format.fail(failure, stdout);
    await stdout.flush();
    return exitCode;
  } catch {
    return failure.exitCode; // stdout cannot be written; stderr has said everything
  }
}
