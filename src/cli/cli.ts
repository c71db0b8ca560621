import { CommanderError, type Command } from 'commander';
import type { Handle } from '../commands/command.js';
import { COMMANDS } from '../commands/index.js';
import { ExitCode } from '../core/exit-codes.js';
import { failureFrom, failureJson, failureText } from './exit.js';
import {
  declareGlobalOptions,
  effectiveOptions,
  outputFormat,
  TwinnedCommand,
  type GlobalOptions,
} from './global-options.js';
import { checkFormat } from '../render/renderer.js';
import { write, type Terminal } from './terminal.js';
import { VERSION } from '../version.js';

const EPILOGUE = `
Every option has an environment twin: --dry-run is SF_OPS_DRY_RUN.
Exit codes: 0 done or yes · 2 usage · 3 no · 4 deadline · 5 failed · 6 unknown · 7 conflict · 8 pending · 9 refused · 69 cannot tell · 78 configuration`;

const COMMAND_EPILOGUE = `
Options that every command has (database, output, --timeout, --yes): sf-ops --help`;

/** Runs one command line and returns the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const interruption = listenForSignals();
  let exitCode: ExitCode = ExitCode.OK;
  const program = buildProgram(terminal, interruption.signal, (code) => (exitCode = code));
  try {
    await program.parseAsync(helpAsOption(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.OK;
    return await fail(error, program, argv, terminal);
  } finally {
    interruption.stop();
  }
}

function buildProgram(terminal: Terminal, signal: AbortSignal, finish: (code: ExitCode) => void): Command {
  const program = new TwinnedCommand('sf-ops', terminal.environment)
    .description('Administer the cluster operations of a Shaken Fist cloud, straight from its MariaDB.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: () => undefined, // errors are printed in one place, `fail`
    })
    // Without the `(env: …)` that commander adds to each line; the epilogue says it once.
    .configureHelp({ showGlobalOptions: false, optionDescription: ({ description }) => description })
    .showSuggestionAfterError()
    .addHelpText('afterAll', ({ command }) => (command.parent === null ? EPILOGUE : COMMAND_EPILOGUE));
  declareGlobalOptions(program);

  const handle: Handle =
    (handler, traits = {}) =>
    async (...args) => {
      args.pop(); // commander's own Command, last
      const options = args.pop();
      const globals = effectiveOptions(program);
      checkFormat(outputFormat(globals, terminal), traits.formats ?? []);
      const chosen = traits.sandbox === true ? { ...globals, sandbox: true } : globals;
      const { openContext } = await import('./context.js');
      const { context, close } = openContext(chosen, terminal, signal);
      try {
        const result = await handler(context, options as never, ...(args as never));
        if (result.report !== null) await context.print(result.report);
        // What is printed was done, and tells what; the exit code tells that the signal was heard.
        finish(signal.aborted ? exitCodeOf(signal) : result.exitCode);
      } finally {
        await close();
      }
    };

  for (const { name, summary } of COMMANDS) program.command(name).description(summary);
  program.hook('preSubcommand', async (_, subcommand) => {
    const entry = COMMANDS.find(({ name }) => name === subcommand.name());
    if (entry === undefined) return;
    const { declare } = await entry.load();
    declare(subcommand, handle);
  });
  return program;
}

/** `help pending` is `pending --help`, so that there is one way to a help text. */
function helpAsOption(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv.length === 0 ? ['--help'] : [...argv];
}

async function fail(
  error: unknown,
  program: Command,
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const failure = failureFrom(error);
  const options = program.opts<GlobalOptions>();
  // A command line that could not be parsed still asks for JSON where it says so.
  const json = outputFormat(options, terminal) === 'json' || argv.includes('--json');
  if (json) await write(terminal.stdout, failureJson(failure));
  await write(terminal.stderr, failureText(failure, options.verbose === true));
  return failure.exitCode;
}

/** The first signal asks the command to end at a safe point; the second ends the process at once. */
function listenForSignals(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodeOf(controller.signal));
    controller.abort(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function exitCodeOf({ reason }: AbortSignal): ExitCode {
  return reason === 'SIGTERM' ? ExitCode.TERMINATED : ExitCode.INTERRUPTED;
}
