import { ExitCode } from '../core/exit-codes.js';
import { Output } from '../render/output.js';
import { VERSION } from '../version.js';
import { FRONT_PAGE } from './documentation/front-page.js';
import { listenForInterruption, type Interruption } from './interruption.js';
import type { Terminal } from './terminal.js';

/** Runs one command line and returns the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const interruption = listenForInterruption();
  const stdout = new Output(terminal.stdout, 'stdout');
  const failed = async (error: unknown): Promise<ExitCode> =>
    (await import('./run-line.js')).fail(error, argv, terminal, stdout);
  const crash = interruption.crash.catch(async (error: unknown) => process.exit(await failed(error)));
  try {
    return await Promise.race([run(argv, terminal, stdout, interruption), crash]);
  } catch (error) {
    return await failed(error);
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
  const text = textAtOnce(argv);
  if (text === null) {
    const { runLine } = await import('./run-line.js');
    return runLine(argv, terminal, stdout, interruption.signal);
  }
  await stdout.write(text);
  await stdout.flush();
  return ExitCode.OK;
}

/** What is answered before the declarations of the commands are loaded; null for every other command line. */
function textAtOnce([word, ...more]: readonly string[]): string | null {
  if (more.length > 0) return null;
  if (word === '--version') return `${VERSION}\n`;
  return word === undefined || word === '--help' || word === '-h' ? FRONT_PAGE : null;
}
