import { InterruptedError, SfOpsError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { InputLine } from '../../core/input-lines.js';
import { emptyAccount, type BulkAccount } from '../../core/operations/bulk-account.js';
import type { Decision } from '../../core/operations/decide.js';
import type { Task } from '../../core/progress.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { interruption } from '../../database/failure.js';
import { sql } from 'drizzle-orm';
import { auditEnqueued, type Producer } from './audit.js';
import { enqueue, rehearseEnqueue, type EnqueueOptions, type EnqueueOutcome, type Mark } from './enqueue.js';
import { digestOf, type Run } from './run-marks.js';

/** Longer than any operation that Shaken Fist could run. */
export const LONGEST_LINE_BYTES = 1 << 20;
/** A batch ends when its lines are together this long, whatever their number. */
const BATCH_BYTES = 4 << 20;

export interface BulkOptions extends Pick<EnqueueOptions, 'force' | 'now'> {
  /** Lines in one transaction. */
  batch: number;
  onError: 'stop' | 'skip';
  /** Null for a load that is not to be continued. */
  run: Run | null;
  /** Decide, and write nothing. */
  isRehearsal: boolean;
  producer: Producer;
  task: Task;
  warn: (text: string) => void;
}

/** What became of a line. */
export type LineResult = { line: number } & (
  { decision: Decision; sql: string[] | null } | { doneAs: Uuid } | { error: SfOpsError }
);

/** Enqueues an operation for each line of JSON, a transaction for each batch of lines. */
export class BulkLoad {
  readonly account: BulkAccount = emptyAccount();
  /** Lines of the batch that failed as a whole. */
  lostLines = 0;
  readonly #warned = new Set<string>();
  #auditor: Database | null = null;
  #auditing: Promise<void> = Promise.resolve();
  /** What became of the last two batches. */
  #recent: LineResult[][] = [];

  constructor(
    private readonly database: Database,
    private readonly lines: AsyncIterable<readonly InputLine[]>,
    private readonly options: BulkOptions,
  ) {}

  /**
   * Goes through the lines. One that cannot be met does not keep the others back, unless `onError` says so; a
   * transaction that fails as a whole, or a signal, ends the load after what was written until then. The next batch is
   * read while one is being written.
   *
   * @throws InterruptedError, or what the reading throws, where nothing was done before
   */
  async *results(): AsyncGenerator<LineResult> {
    const batches = this.#batches();
    let next = batches.next();
    try {
      for (;;) {
        const batch = await this.#untilInterrupted(next);
        if (batch === null) return;
        next = batches.next();
        next.catch(() => undefined); // told when its turn comes
        yield* await this.#write(batch);
        if (this.account.stopped !== null) return;
      }
    } finally {
      await next.catch(() => undefined);
      await batches.return(undefined);
      await this.#auditing;
      await this.#auditor?.close();
    }
  }

  /** The operations of the last two batches, for an answer that could not be delivered to its end. */
  recentlyCreated(): { line: number; uuid: Uuid }[] {
    if (this.options.isRehearsal) return [];
    return this.#recent.flat().flatMap((result) => {
      const isCreated = 'decision' in result && result.decision.rows !== null;
      return isCreated ? [{ line: result.line, uuid: result.decision.operationUuid }] : [];
    });
  }

  /** Null at the end, also where a signal is the end. */
  async #untilInterrupted(next: Promise<IteratorResult<Batch, unknown>>): Promise<Batch | null> {
    try {
      const { value, done } = await next;
      return done === true ? null : value;
    } catch (error) {
      if (!(error instanceof InterruptedError) || this.account.lastLine === 0) throw error;
      this.account.stopped = 'interrupted';
      return null;
    }
  }

  async *#batches(): AsyncGenerator<Batch> {
    let batch: Batch = [];
    let bytes = 0;
    for await (const lines of this.lines) {
      for (const { number, text } of lines) {
        if (text === '') continue;
        const doneAs = text === null ? null : (this.options.run?.operationOf(number, text) ?? null);
        batch.push({ line: number, text: text ?? '', doneAs, request: doneAs ?? requestOf(number, text) });
        bytes += text?.length ?? 0;
        if (batch.length < this.options.batch && bytes < BATCH_BYTES) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
    if (batch.length > 0) yield batch;
  }

  async #write(batch: Batch): Promise<LineResult[]> {
    const fresh = batch.filter(({ doneAs }) => doneAs === null);
    const written = await this.#enqueue(fresh);
    if (written instanceof SfOpsError) return this.#lose(batch, fresh, written);
    const { outcomes, sqlOf } = written;
    const results: LineResult[] = [];
    for (const { line, doneAs } of batch) {
      const outcome = doneAs === null ? outcomes.shift() : undefined;
      if (doneAs === null && outcome === undefined) break;
      results.push(this.#count(line, doneAs, outcome, sqlOf));
    }
    this.#recent = [...this.#recent.slice(-1), results];
    this.options.task.advance(results.length);
    this.account.lastLine = results.at(-1)?.line ?? this.account.lastLine;
    if (this.options.onError === 'stop' && results.some((result) => 'error' in result))
      this.account.stopped = 'error';
    return results;
  }

  async #enqueue(lines: Batch): Promise<Written | SfOpsError> {
    const { isRehearsal, run, onError, producer, now } = this.options;
    if (lines.length === 0) return { outcomes: [], sqlOf: () => null };
    const requests = lines.map(({ request }) => request);
    const options: EnqueueOptions = {
      force: this.options.force,
      now,
      stopAtError: onError === 'stop',
      ...(run === null
        ? {}
        : {
            newUuids: lines.map(({ line }) => run.uuidOf(line)),
            mark: (outcomes) => markOf(run, lines, outcomes, producer, now()),
          }),
    };
    try {
      if (isRehearsal) {
        const { outcomes, sqlOf } = await rehearseEnqueue(this.database, requests, options);
        this.#warnOf(outcomes);
        return { outcomes: [...outcomes], sqlOf };
      }
      const outcomes = await enqueue(this.database, requests, options);
      this.#warnOf(outcomes);
      await this.#audit(outcomes);
      return { outcomes: [...outcomes], sqlOf: () => null };
    } catch (error) {
      if (error instanceof SfOpsError) return error;
      throw error;
    }
  }

  /** The events of a batch are written on a connection of their own, while the next batch is being decided. */
  async #audit(outcomes: readonly EnqueueOutcome[]): Promise<void> {
    await this.#auditing;
    const { producer, now, warn } = this.options;
    this.#auditor ??= this.database.with({});
    this.#auditing = auditEnqueued(this.#auditor, outcomes, producer, now(), warn);
    this.#auditing.catch(() => undefined); // told when it is waited for
  }

  /** Each distinct warning once. */
  #warnOf(outcomes: readonly EnqueueOutcome[]): void {
    for (const outcome of outcomes) {
      for (const warning of 'warnings' in outcome ? outcome.warnings : []) {
        if (this.#warned.has(warning) || this.#warned.size >= MOST_WARNINGS) continue;
        this.#warned.add(warning);
        this.options.warn(warning);
      }
    }
  }

  #lose(batch: Batch, fresh: Batch, error: SfOpsError): LineResult[] {
    const { account } = this;
    const isUnknown = error.word === 'outcome_unknown';
    account.lost = { first: fresh[0]!.line, last: fresh.at(-1)!.line, isUnknown };
    account.stopped = error instanceof InterruptedError ? 'interrupted' : 'failure';
    account.exitCode = account.exitCode === ExitCode.OK ? error.exitCode : account.exitCode;
    this.lostLines = fresh.length;
    const told =
      error instanceof InterruptedError
        ? interruption(this.database.options.signal, 'Interrupted: this line was not written.')
        : error;
    return batch.map(({ line, doneAs }) => {
      if (doneAs === null) return { line, error: told };
      account.existing += 1;
      return { line, doneAs };
    });
  }

  #count(
    line: number,
    doneAs: Uuid | null,
    outcome: EnqueueOutcome | undefined,
    sqlOf: Written['sqlOf'],
  ): LineResult {
    const { account } = this;
    if (doneAs !== null) {
      account.existing += 1;
      return { line, doneAs };
    }
    if (outcome instanceof SfOpsError) {
      account.failed += 1;
      if (account.exitCode === ExitCode.OK) account.exitCode = outcome.exitCode;
      return { line, error: outcome };
    }
    const decision = outcome!;
    if (decision.rows !== null) account.created += 1;
    else if (decision.reused) account.reused += 1;
    else account.existing += 1;
    return { line, decision, sql: sqlOf(decision) };
  }
}

/** More would hide the rows. */
const MOST_WARNINGS = 100;

type Batch = {
  line: number;
  text: string;
  /** The operation that did it in an earlier run. */
  doneAs: Uuid | null;
  request: unknown;
}[];

interface Written {
  outcomes: EnqueueOutcome[];
  sqlOf: (decision: Decision) => string[] | null;
}

/** What the line says, or the error that it is. */
function requestOf(number: number, text: string | null): unknown {
  if (text === null) {
    return new UsageError(
      `line ${number} is longer than ${LONGEST_LINE_BYTES} bytes, which no operation needs: it was not read`,
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return new UsageError(`line ${number} is not JSON: ${error.message}`);
    throw error;
  }
}

function markOf(
  run: Run,
  lines: Batch,
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
