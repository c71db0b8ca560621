import { sql } from 'drizzle-orm';
import type { Task } from '../core/progress.js';
import { nextPace, type Pace, type ServerLoad } from '../core/pace.js';
import type { Database } from '../database/database.js';
import { ServerLoadMeter } from '../database/server-load.js';
import { pruneBound, readPruneRange, retentionSeconds } from '../database/queries/prunable-targets.js';
import { sleep, steadySeconds } from './time.js';

/** Rows of the first batch: some milliseconds of work. */
const FIRST_BATCH = 500;

export interface PruneRequest {
  /** Seconds; null: as long as this cluster keeps them. */
  readonly olderThan: number | null;
  readonly batch: number;
  /** Seconds between batches, at least. */
  readonly sleep: number;
  readonly maxRows: number;
  /** Seconds. */
  readonly maxDuration: number;
  /** `resume_after` of an earlier run: what lies before is passed over. */
  readonly resumeAfter: string | null;
  readonly isRehearsal: boolean;
  /** Unix seconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly task: Task;
  readonly warn: (text: string) => void;
}

export interface PruneResult {
  /** With a rehearsal: that would be deleted. */
  deleted: number;
  /** Old enough, and of an operation that is active. */
  keptActive: number;
  batches: number;
  /** The last row that was looked at; null before the first. */
  resumeAfter: number | string | null;
  /** Whether everything that is old enough was looked at. */
  complete: boolean;
  /** Seconds; 0: this cluster keeps them for ever. */
  retention: number;
}

/**
 * Removes the target rows that Shaken Fist itself would (database contract, section 6): older than the retention, of an
 * operation that is not active. In ranges of the primary key, a transaction each, so that it can be stopped and run
 * again anywhere; slower where the servers suffer.
 */
export async function prune(database: Database, request: PruneRequest): Promise<PruneResult> {
  const description = await database.describe();
  const { isRehearsal, now, signal } = request;
  const retention =
    request.olderThan ?? (await database.read(async (session) => retentionSeconds(session, description)));
  const result: PruneResult = {
    ...{ deleted: 0, keptActive: 0, batches: 0, complete: false, retention },
    resumeAfter: request.resumeAfter,
  };
  if (retention === 0) return { ...result, complete: true };
  const begun = steadySeconds();
  const cutoff = now() - retention;
  const bound = await database.read(async (session) => pruneBound(session, cutoff));
  const meter = new ServerLoadMeter(database);
  let pace: Pace = { batch: Math.min(request.batch, FIRST_BATCH), pauseSeconds: 0, why: null };
  const told = new Set<string>();
  for (;;) {
    const isOver =
      result.deleted >= request.maxRows || steadySeconds() - begun >= request.maxDuration || signal.aborted;
    if (bound === null) return { ...result, complete: true };
    if (isOver) return result;
    const began = steadySeconds();
    const rows = Math.min(pace.batch, request.maxRows - result.deleted);
    const range = await database.read(async (session) =>
      readPruneRange(session, description, { after: result.resumeAfter, bound, cutoff, rows }),
    );
    if (range.last === null) return { ...result, complete: true };
    if (range.prunable.length > 0 && !isRehearsal) await remove(database, range.prunable);
    result.deleted += range.prunable.length;
    result.keptActive += range.keptActive;
    result.batches += 1;
    result.resumeAfter = range.last;
    request.task.advance(range.prunable.length);
    if (isRehearsal) continue;
    const load: ServerLoad = { batchSeconds: steadySeconds() - began, ...(await meter.measure()) };
    pace = nextPace(pace.batch, load, request.batch, request.sleep);
    if (pace.why !== null && !told.has(pace.why)) {
      told.add(pace.why);
      request.warn(`slower: ${pace.why}`);
    }
    await sleep(pace.pauseSeconds, signal);
  }
}

/** An operation that has ended does not begin again, so that what was read as prunable stays so. */
async function remove(database: Database, rows: readonly (number | string)[]): Promise<void> {
  const chosen = sql`sequence_number IN ${[...rows]}`;
  await database.write({
    subject: `the removal of ${rows.length} target rows`,
    work: async (session) => session.change(sql`DELETE FROM cluster_operation_targets WHERE ${chosen}`),
    isCommitted: async (session) =>
      (await session.rows(sql`SELECT 1 FROM cluster_operation_targets WHERE ${chosen} LIMIT 1`)).length === 0,
    inquiry: 'repeat the same command, which goes on where it was',
  });
}
