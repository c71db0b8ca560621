import { InterruptedError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { AnyAnswer } from './answer.js';
import type { Output } from './output.js';
import type { Failure, Writer } from './writer.js';

export interface Delivery {
  exitCode: ExitCode;
  /** What broke the answer off, to be told on stderr as well; null where it is whole. */
  error: unknown;
  /** What was changed and stdout could not take; null where it took everything. */
  undelivered: string | null;
}

export interface DeliveryOptions {
  signal: AbortSignal;
  failureOf: (error: unknown) => Failure;
}

/**
 * Writes an answer. A failure on the way ends what has been written properly.
 *
 * Where the reader leaves early, the rest of the rows is not asked for, unless the exit code depends on them.
 * Never throws.
 */
export async function deliver(
  answer: AnyAnswer,
  writer: Writer,
  output: Output,
  { signal, failureOf }: DeliveryOptions,
): Promise<Delivery> {
  try {
    await writer.begin();
    await writeRows(answer, writer, output, signal);
    const exitCode = await writer.end();
    await output.flush();
    const isLeft = output.readerLeft.aborted;
    return { exitCode, error: null, undelivered: isLeft ? undelivered(answer, false) : null };
  } catch (error) {
    const exitCode = await close(writer, output, failureOf(error));
    return { exitCode, error, undelivered: output.isBroken ? undelivered(answer, true) : null };
  }
}

async function writeRows(
  { rows, exitCode, undelivered: changes }: AnyAnswer,
  writer: Writer,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const mayStop = typeof exitCode !== 'function';
  if (Symbol.iterator in rows) {
    for (const row of rows) {
      if (output.readerLeft.aborted && mayStop) return;
      // What was changed is told, also after a signal: whoever sent it has to know.
      if (signal.aborted && changes === undefined) throw interrupted(signal);
      const wait = writer.row(row);
      if (wait !== undefined) await wait;
    }
    return;
  }
  // Rows that are worked for: their source hears the signal, and knows which of them are still to be told.
  for await (const row of rows) {
    if (output.readerLeft.aborted && mayStop) return;
    const wait = writer.row(row);
    if (wait !== undefined) await wait;
  }
}

/** What cannot be written any more does not hide why the answer broke off. */
async function close(writer: Writer, output: Output, failure: Failure): Promise<ExitCode> {
  try {
    const exitCode = await writer.fail(failure);
    await output.flush();
    return exitCode;
  } catch {
    return failure.exitCode;
  }
}

function undelivered(answer: AnyAnswer, isLost: boolean): string | null {
  return answer.undelivered?.(isLost) ?? null;
}

function interrupted({ reason }: AbortSignal): InterruptedError {
  return new InterruptedError(
    reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT',
    'Interrupted: the answer is not whole.',
  );
}
