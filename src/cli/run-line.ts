import { ExitCode } from '../core/exit-codes.js';
import { loadFormat } from '../render/formats.js';
import type { Output } from '../render/output.js';
import { buildDetails, VERSION } from '../version.js';
import { parseCommandLine, type CommandLine } from './command-line.js';
import { failureOf, failureText } from './failure.js';
import { allOptions } from './global-options.js';
import { requestedFormat, requestedService } from './look.js';
import { PROGRAM } from './program.js';
import { runCommand } from './run-command.js';
import { errorWidth, write, type Terminal } from './terminal.js';

/** Takes a command line apart, and writes what it asks for. What it throws has not been told yet. */
export async function runLine(
  argv: readonly string[],
  terminal: Terminal,
  stdout: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const line = parseCommandLine(argv, PROGRAM, allOptions);
  const text = await textInstead(line);
  if (text === null) return runCommand(line, terminal, stdout, signal);
  await stdout.write(text);
  await stdout.flush();
  return ExitCode.OK;
}

/** Help or the version; null for a command line that runs a command. */
async function textInstead({ typed, definition, group }: CommandLine): Promise<string | null> {
  if (typed.has('version')) return `${typed.has('verbose') ? buildDetails() : VERSION}\n`;
  if (!typed.has('help')) return null;
  const { commandHelp, listHelp } = await import('./documentation/help.js');
  return definition === null ? listHelp(group) : commandHelp(definition);
}

/** There is no answer: stderr says why, stdout what the format has for it. */
export async function fail(
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
