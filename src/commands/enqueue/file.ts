import { openRegularFile } from '../../configuration/regular-file.js';
import { InterruptedError, UsageError } from '../../core/errors.js';
import { inputLines } from '../../core/input-lines.js';
import { accountSentences, failedLines } from '../../core/operations/bulk-account.js';
import { LONGEST_LINE_BYTES } from '../../operations/enqueue/batches.js';
import { BulkLoad } from '../../operations/enqueue/bulk.js';
import { Run } from '../../operations/enqueue/run-marks.js';
import { thisProducer } from '../../operations/producer.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { EnqueueCommandOptions } from './definition.js';
import { LINE_COLUMNS, lineRow, type FailedRow, type LineRow } from './rows.js';

/** So many are told below a table, line by line. */
const MOST_FAILURES = 20;

/**
 * Enqueues one operation for each line. The answer comes as the batches are written, and its account, on stderr, is true
 * however it ends.
 */
export async function enqueueFile(
  context: CommandContext,
  options: EnqueueCommandOptions,
  file: string,
): Promise<AnyAnswer> {
  const { force, dryRun, runId, batch, onError } = options;
  if (dryRun && runId !== undefined)
    throw new UsageError('--run-id goes with a load that writes: no --dry-run.');
  const enough = new AbortController();
  const pieces = file === '-' ? context.inputBytes(enough.signal) : await piecesOf(file, context.signal);
  const database = await context.database();
  await database.describe();
  const run = runId === undefined ? null : await Run.resume(database, runId);
  if (run !== null && run.doneLines > 0)
    context.note(`Run ${run.id} goes on: ${run.doneLines} lines were done before.`);
  const task = context.progress.start({ doing: 'Enqueueing', done: 'read', unit: 'lines', total: null });
  const load = new BulkLoad(database, inputLines(pieces, LONGEST_LINE_BYTES), {
    ...{ force, batch, onError, run, task, isRehearsal: dryRun, producer: thisProducer() },
    endLines: () => enough.abort(),
    now: () => context.now(),
    warn: (text) => context.warn(text),
  });
  const { account } = load;
  /** Whether every row was taken; otherwise stdout cannot be written, and may have lost what it held. */
  let isDelivered = false;
  const failures: string[] = [];
  const tellCreated = (): void => {
    for (const { line, uuid } of load.recentlyCreated()) context.warn(`line ${line} created ${uuid}`);
  };

  async function* rows(): AsyncGenerator<LineRow> {
    try {
      for await (const results of load.results()) {
        for (const row of results.map(lineRow)) {
          if ('error' in row && failures.length <= MOST_FAILURES) failures.push(failureText(row));
          yield row;
        }
      }
      isDelivered = true;
    } finally {
      task.end();
      if (!isDelivered) tellCreated();
      const sentences = accountSentences(account, dryRun);
      if (account.stopped === null && isDelivered) context.note(sentences);
      else context.warn(sentences);
    }
  }

  return answerOf<LineRow>({
    columns: LINE_COLUMNS,
    rows: rows(),
    json: {
      rows: 'operations',
      tail: () => {
        const failed = failedLines(account);
        return { created: dryRun ? 0 : account.created, reused: account.reused, failed };
      },
    },
    empty: { text: 'The file names no operations.', style: 'dim' },
    // With every column, each line says so itself.
    after: ({ full }) => (full ? [] : failureLines(failures)),
    exitCode: () => account.exitCode,
    undelivered: (isLost) => {
      // A short answer is written when all rows have been taken.
      if (isLost && isDelivered) tellCreated();
      return `stdout could not take the whole answer: ${accountSentences(account, dryRun)}`;
    },
  });
}

function failureLines(failures: readonly string[]): Line[] {
  const told = failures.slice(0, MOST_FAILURES).map((text): Line => ({ text, style: 'bad', hang: 2 }));
  const isCut = failures.length > MOST_FAILURES;
  return isCut ? [...told, 'More have failed: -o wide tells why beside each line.'] : told;
}

function failureText({ line, error }: LineRow & FailedRow): string {
  const { message, hint } = error;
  const text = message.startsWith(`line ${line} `) ? message : `line ${line}: ${message}`;
  return hint === null ? text : `${text} ${hint}`;
}

/** @throws UsageError when the file cannot be read; InterruptedError on a signal, which ends the reading only */
async function piecesOf(file: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const handle = await openRegularFile(file, 'file', { error: UsageError });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of handle.createReadStream({ highWaterMark: 1 << 18 })) {
        if (signal.aborted) {
          const name = signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
          throw new InterruptedError(name, 'Interrupted while reading the file: nothing more was done.');
        }
        yield piece as Uint8Array;
      }
    } finally {
      await handle.close();
    }
  }
  return pieces();
}
