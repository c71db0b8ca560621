import { InterruptedError, SfOpsError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { emptyAccount, type BulkAccount } from '../../core/operations/bulk-account.js';
import type { Decision } from '../../core/operations/decide.js';
import type { Task } from '../../core/progress.js';
import type { Uuid } from '../../core/uuid.js';
import { interruption } from '../../database/failure.js';
import type { Batch, Line } from './batches.js';
import type { EnqueueOutcome } from './enqueue.js';

export interface ResultOptions {
  onError: 'stop' | 'skip';
  task: Task;
  warn: (text: string) => void;
}

/** What became of a line. */
export type LineResult = { line: number } & (
  { decision: Decision; sql: string[] | null } | { doneAs: Uuid } | { error: SfOpsError }
);

/** What became of the lines of a batch that no earlier run has done. */
export interface WrittenBatch {
  outcomes: readonly EnqueueOutcome[];
  sqlOf: (decision: Decision) => string[] | null;
}

/** More would hide the rows. */
const MOST_WARNINGS = 100;

/** What became of the lines of a load, told batch by batch, and the account of it. */
export class LineResults {
  readonly account: BulkAccount = emptyAccount();
  readonly #warned = new Set<string>();
  /** The operations of the last batches. */
  #recent: { line: number; uuid: Uuid }[][] = [];

  constructor(
    private readonly signal: AbortSignal,
    private readonly options: ResultOptions,
  ) {}

  /**
   * What became of the lines of a batch, which is counted with it.
   *
   * @param written the error where the batch failed as a whole; null where nothing was tried
   */
  tell({ lines }: Batch, written: WrittenBatch | SfOpsError | null): LineResult[] {
    if (written === null) return [];
    if (written instanceof SfOpsError) return this.#lose(lines, written);
    const { outcomes, sqlOf } = written;
    this.#warnOf(outcomes);
    const results: LineResult[] = [];
    let asked = 0;
    for (const { line, doneAs } of lines) {
      const outcome = doneAs === null ? outcomes[asked++] : undefined;
      if (doneAs === null && outcome === undefined) break;
      results.push(this.#count(line, doneAs, outcome, sqlOf));
    }
    this.#recent = [...this.#recent.slice(-2), createdIn(results)];
    this.options.task.advance(results.length);
    this.account.lastLine = results.at(-1)?.line ?? this.account.lastLine;
    if (this.options.onError === 'stop' && results.some((result) => 'error' in result))
      this.account.stopped = 'error';
    return results;
  }

  /** The operations of the last batches. */
  recentlyCreated(): { line: number; uuid: Uuid }[] {
    return this.#recent.flat();
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

  #lose(lines: readonly Line[], error: SfOpsError): LineResult[] {
    const { account } = this;
    const fresh = lines.filter(({ doneAs }) => doneAs === null);
    const isUnknown = error.word === 'outcome_unknown';
    account.lost = { first: fresh[0]!.line, last: fresh.at(-1)!.line, lines: fresh.length, isUnknown };
    account.stopped = error instanceof InterruptedError ? 'interrupted' : 'failure';
    account.exitCode = account.exitCode === ExitCode.OK ? error.exitCode : account.exitCode;
    const told =
      error instanceof InterruptedError
        ? interruption(this.signal, 'Interrupted: this line was not written.')
        : error;
    return lines.map(({ line, doneAs }) => {
      if (doneAs === null) return { line, error: told };
      account.existing += 1;
      return { line, doneAs };
    });
  }

  #count(
    line: number,
    doneAs: Uuid | null,
    outcome: EnqueueOutcome | undefined,
    sqlOf: WrittenBatch['sqlOf'],
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

function createdIn(results: readonly LineResult[]): { line: number; uuid: Uuid }[] {
  return results.flatMap((result) => {
    const isCreated = 'decision' in result && result.decision.rows !== null;
    return isCreated ? [{ line: result.line, uuid: result.decision.operationUuid }] : [];
  });
}
