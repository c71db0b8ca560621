import type { Environment } from '../configuration/connection-settings.js';
import { DeadlineError, InterruptedError, RefusedError, type SfOpsError } from '../core/errors.js';
import { printable } from '../render/printable.js';

/** The process's streams and what is known of them. The only place that writes to them. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  environment: Environment;
}

/** Columns of stderr; null where it is no terminal. */
export function errorWidth({ stderr }: Terminal): number | null {
  return stderr.isTTY ? stderr.columns || 80 : null;
}

/** Resolves when the stream has taken the text, so that a slow reader slows us instead of filling memory. */
export async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve) => stream.write(text, () => resolve()));
}

/**
 * Asks for a yes. Anything else is a no, and without a terminal the question itself is a refusal.
 *
 * @throws RefusedError
 */
export async function ask(terminal: Terminal, question: string, signal: AbortSignal): Promise<void> {
  const { stdin, stderr } = terminal;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new RefusedError(`${question} There is no terminal to ask on.`, {
      word: 'confirmation_missing',
      hint: 'Give --yes to go ahead without a question.',
    });
  }
  const { createInterface } = await import('node:readline');
  const prompt = createInterface({ input: stdin, output: stderr });
  const answer = await new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('no'), { once: true });
    prompt.on('close', () => resolve('no'));
    prompt.question(`${printable(question)} [y/N] `, resolve);
  });
  prompt.close();
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new RefusedError('Not confirmed. Nothing was changed.', { word: 'not_confirmed' });
}

/**
 * The lines of standard input, without the space around them; a line may be empty.
 *
 * @param signal aborted with the name of a signal, or else by a deadline
 * @throws InterruptedError, DeadlineError when it is aborted before the end of the input
 */
export async function* inputLines(terminal: Terminal, signal: AbortSignal): AsyncIterable<string> {
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: terminal.stdin, crlfDelay: Infinity, signal })) {
    yield line.trim();
  }
  if (signal.aborted) throw whyNotRead(signal);
}

/**
 * Standard input as it comes.
 *
 * @param signal as for `inputLines`
 * @param enough aborted when no more is wanted, also while more is waited for: then it ends
 * @throws InterruptedError, DeadlineError when `signal` is aborted before its end
 */
export async function* inputBytes(
  { stdin }: Terminal,
  signal: AbortSignal,
  enough: AbortSignal,
): AsyncIterable<Uint8Array> {
  const isOver = (): boolean => signal.aborted || enough.aborted;
  const stop = (): void => void stdin.destroy();
  for (const one of [signal, enough]) one.addEventListener('abort', stop, { once: true });
  try {
    if (!isOver()) for await (const piece of stdin) yield piece as Uint8Array;
  } catch (error) {
    if (!isOver()) throw error;
  } finally {
    for (const one of [signal, enough]) one.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw whyNotRead(signal);
}

function whyNotRead(signal: AbortSignal): SfOpsError {
  const reason = signal.reason as unknown;
  return reason === 'SIGTERM' || reason === 'SIGINT'
    ? new InterruptedError(reason, 'Interrupted while reading standard input: nothing more was done.')
    : new DeadlineError('--timeout passed while standard input was read: nothing more was done.');
}
