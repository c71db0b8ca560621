import { sql } from 'drizzle-orm';
import { InterruptedError, SfOpsError } from '../../core/errors.js';
import type { InputLine } from '../../core/input-lines.js';
import type { BulkAccount } from '../../core/operations/bulk-account.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { auditEnqueued, type Producer } from './audit.js';
import { batchesOf, type Batch, type Line } from './batches.js';
import { enqueue, rehearseEnqueue, type EnqueueOptions, type EnqueueOutcome, type Mark } from './enqueue.js';
import { LineResults, type LineResult, type ResultOptions, type WrittenBatch } from './line-results.js';
import { digestOf, type Run } from './run-marks.js';
import { OvertakenError, Step } from './step.js';

export interface BulkOptions extends Pick<EnqueueOptions, 'force' | 'now'>, ResultOptions {
  /** Lines in one transaction. */
  batch: number;
  /** Null for a load that is not to be continued. */
  run: Run | null;
  /** Decide, and write nothing. */
  isRehearsal: boolean;
  /** Ends the lines, also while another is waited for. */
  endLines: () => void;
  producer: Producer;
}

/**
 * Enqueues an operation for each line of JSON, a transaction for each batch of lines.
 *
 * Two batches are at work at a time, each on a connection of its own: while one is being committed and its events are
 * written, the next is decided and written. They are committed in the order of the file (`Step`), and a batch whose
 * meaning depends on the one before begins when that is committed.
 */
export class BulkLoad {
  readonly #lanes: [Lane, Lane];
  readonly #results: LineResults;
  #begun = 0;
  #isOver = false;

  constructor(
    private readonly database: Database,
    private readonly lines: AsyncIterable<readonly InputLine[]>,
    private readonly options: BulkOptions,
  ) {
    this.#lanes = [
      { database, auditing: Promise.resolve() },
      { database: database.with({}), auditing: Promise.resolve() },
    ];
    this.#results = new LineResults(database.options.signal, options);
  }

  get account(): BulkAccount {
    return this.#results.account;
  }

  /**
   * What became of the lines, batch by batch. One that cannot be met does not keep the others back, unless `onError` says
   * so; a transaction that fails as a whole, or a signal, ends the load after what was written until then.
   *
   * @throws InterruptedError, or what the reading throws, where nothing was done before
   */
  async *results(): AsyncGenerator<LineResult[]> {
    const batches = batchesOf(this.lines, this.options.batch, this.options.run);
    let next = this.#begin(batches, null);
    try {
      for (;;) {
        const writing = await this.#untilInterrupted(next);
        if (writing === null) return;
        next = this.#begin(batches, writing);
        next.catch(() => undefined); // told when its turn comes
        yield this.#results.tell(writing.batch, await writing.written);
        if (this.account.stopped !== null) return;
      }
    } finally {
      await this.#abandon(next);
      await batches.return(undefined);
      try {
        for (const { auditing } of this.#lanes) await auditing;
      } finally {
        await this.#lanes[1].database.close();
      }
    }
  }

  /** The operations of the last batches, for an answer that could not be delivered to its end. */
  recentlyCreated(): { line: number; uuid: Uuid }[] {
    return this.options.isRehearsal ? [] : this.#results.recentlyCreated();
  }

  /** Null at the end, also where a signal is the end. */
  async #untilInterrupted(next: Promise<Writing | null>): Promise<Writing | null> {
    try {
      return await next;
    } catch (error) {
      if (!(error instanceof InterruptedError) || this.account.lastLine === 0) throw error;
      this.account.stopped = 'interrupted';
      return null;
    }
  }

  /** Reads a batch, and begins to write it. */
  async #begin(batches: AsyncGenerator<Batch>, before: Writing | null): Promise<Writing | null> {
    const read = await batches.next();
    if (read.done === true || this.#isOver) return null;
    const batch = read.value;
    const lane = this.#lanes[this.#begun % 2]!;
    this.#begun += 1;
    const { isRehearsal, onError } = this.options;
    const isAlone = batch.isAlone && !isRehearsal && onError === 'skip';
    const step = new Step(before?.step ?? null);
    const written = this.#inTurn(batch, lane, step, isAlone);
    written.catch(() => undefined); // told when its turn comes
    return { batch, step, written };
  }

  /** A batch that was begun, and that nobody will be told of: it is not written, or if it is already, it is counted. */
  async #abandon(next: Promise<Writing | null>): Promise<void> {
    this.#isOver = true;
    this.options.endLines();
    try {
      const writing = await next;
      if (writing === null) return;
      writing.step.giveUp();
      const written = await writing.written;
      if (written !== null && !(written instanceof SfOpsError)) this.#results.tell(writing.batch, written);
    } catch {
      // What ended the load has been told.
    }
  }

  /** @returns null where the one before failed, so that nothing was tried */
  async #inTurn(
    batch: Batch,
    lane: Lane,
    step: Step,
    isAlone: boolean,
  ): Promise<WrittenBatch | SfOpsError | null> {
    let isCommitted = false;
    try {
      await lane.auditing;
      if (!isAlone && !(await step.afterBefore())) return null;
      for (;;) {
        try {
          await step.turn();
          const written = await this.#write(batch, lane, step);
          isCommitted = !(written instanceof SfOpsError);
          return written;
        } catch (error) {
          if (!(error instanceof OvertakenError)) throw error;
          if (!(await step.afterBefore())) return null;
        }
      }
    } finally {
      step.end(isCommitted);
    }
  }

  async #write({ lines }: Batch, lane: Lane, step: Step): Promise<WrittenBatch | SfOpsError> {
    const { isRehearsal, run, onError, producer, now } = this.options;
    const fresh = lines.filter(({ doneAs }) => doneAs === null);
    if (fresh.length === 0) return { outcomes: [], sqlOf: () => null };
    const requests = fresh.map(({ request }) => request);
    const options: EnqueueOptions = {
      ...{ force: this.options.force, now, stopAtError: onError === 'stop', step },
      ...(run === null
        ? {}
        : {
            newUuids: fresh.map(({ line }) => run.uuidOf(line)),
            mark: (outcomes) => markOf(run, fresh, outcomes, producer, now()),
          }),
    };
    try {
      if (isRehearsal) return await rehearseEnqueue(lane.database, requests, options);
      const outcomes = await enqueue(lane.database, requests, options);
      lane.auditing = auditEnqueued(lane.database, outcomes, producer, now(), this.options.warn);
      lane.auditing.catch(() => undefined); // told when it is waited for
      return { outcomes, sqlOf: () => null };
    } catch (error) {
      if (error instanceof SfOpsError) return error;
      throw error;
    }
  }
}

/** A connection, and the events that it is writing of the batch that it wrote last. */
interface Lane {
  readonly database: Database;
  auditing: Promise<void>;
}

/** A batch at work. */
interface Writing {
  readonly batch: Batch;
  readonly step: Step;
  readonly written: Promise<WrittenBatch | SfOpsError | null>;
}

function markOf(
  run: Run,
  lines: readonly Line[],
  outcomes: readonly EnqueueOutcome[],
  producer: Producer,
  timestamp: number,
): Mark | null {
  const done = lines.filter((_, index) => outcomes[index] !== undefined && 'request' in outcomes[index]);
  if (done.length === 0) return null;
  const adopted = lines.flatMap(({ line }, index): [number, Uuid][] => {
    const outcome = outcomes[index];
    const isOwn =
      outcome === undefined || !('request' in outcome) || outcome.operationUuid === run.uuidOf(line);
    return isOwn ? [] : [[line, outcome.operationUuid]];
  });
  const { statement, uuid } = run.mark(
    {
      lines: done.map(({ line }) => line),
      adopted: new Map(adopted),
      digest: digestOf(done.map(({ text }) => text)),
    },
    producer,
    timestamp,
  );
  return { statement, find: sql`SELECT 1 FROM events WHERE event_uuid = ${uuid}` };
}
