import type { ClusterFacts } from '../cluster-facts.js';
import { whyUndrained, type Undrained } from '../queue-consumers.js';
import type { Uuid } from '../uuid.js';
import { cycleThrough, type DependencyGraph } from './dependency-graph.js';
import {
  createdAtOf,
  type OperationError,
  type OperationRecord,
  type RelatedOperation,
  type StateRow,
  type WorkRow,
} from './operation-record.js';
import { isActive, isTerminal, type TerminalState } from './state.js';

/**
 * Why an operation does not go on, with what shows it. The reasons are words of the API. Times are unix seconds.
 */
export type Blocker =
  /** Put off until a time that has not come. */
  | { reason: 'deferred'; work: WorkRow; until: number }
  /** Due, and somebody takes work from its queue. */
  | { reason: 'waiting_its_turn'; work: WorkRow; dueSince: number }
  | { reason: 'running'; work: WorkRow; since: number }
  /** Claimed longer ago than Shaken Fist lets pass; claims have no lease. */
  | { reason: 'stale_claim'; work: WorkRow; since: number; limitSeconds: number }
  /** No work row: nobody looks at it. */
  | { reason: 'orphaned'; state: string; since: number }
  | { reason: 'undrained'; work: WorkRow; why: Undrained }
  | { reason: 'waits_for'; operations: readonly RelatedOperation[] }
  /** What must complete first ended otherwise. */
  | { reason: 'blocked_by_failed'; operations: readonly RelatedOperation[] }
  | { reason: 'blocked_by_missing'; operations: readonly RelatedOperation[] }
  /** Operations that wait for each other, this one first. */
  | { reason: 'cycle'; operations: readonly Uuid[] }
  | { reason: 'complete'; since: number }
  /** Complete because a worker did its work together with a sibling's. */
  | { reason: 'folded'; since: number; message: string }
  | { reason: 'failed'; since: number; error: OperationError | null; message: string | null }
  | { reason: 'aborted'; since: number; message: string | null }
  /** Deleted, or nothing of it is left but rows that name it. */
  | { reason: 'gone'; since: number | null }
  /** A state that is neither active nor final as far as this program knows; null: none. */
  | { reason: 'unknown_state'; state: string | null }
  /** Active, and what would tell why was not seen. Never a yes or a no. */
  | { reason: 'cannot_tell'; why: string };

export type BlockerReason = Blocker['reason'];

/**
 * Below this age of its state an operation without a work row is not called orphaned: its rows may be on their way, or
 * its worker may be about to write the end.
 */
const ORPHANED_AFTER_SECONDS = 5;

/** What a worker writes on an operation that it completes together with another (database contract, section 7). */
const FOLDED = 'coalesced into sibling op';

const ALWAYS_STUCK: ReadonlySet<BlockerReason> = new Set([
  'stale_claim',
  'orphaned',
  'undrained',
  'blocked_by_failed',
  'blocked_by_missing',
  'cycle',
]);

/** Whether an active operation will not go on by itself. */
export function isStuck({ reason }: Blocker): boolean {
  return ALWAYS_STUCK.has(reason);
}

/**
 * The first reason that holds, in the order in which they exclude each other: an end is an end; without a work row
 * nobody looks at an operation; what a worker holds is in its hands; from a queue that nobody drains nothing comes, in
 * whatever order; a worker then looks at the dependencies, and only then does the work.
 *
 * @param now unix seconds
 * @param graph who waits for whom, where it was read: without it a cycle shows as `waits_for`
 */
export function blockerOf(
  record: OperationRecord,
  cluster: ClusterFacts,
  now: number,
  graph: DependencyGraph = new Map(),
): Blocker {
  const { state } = record;
  if (state === null) return withoutState(record);
  if (isTerminal(state.value)) return endOf(state.value, state, record.error);
  if (!isActive(state.value)) return { reason: 'unknown_state', state: state.value };
  if ('unknown' in record.work) {
    return blockedByDependency(record, graph) ?? { reason: 'cannot_tell', why: record.work.unknown };
  }
  const rows = record.work.value;
  if (rows.length === 0) return withoutWork(state.value, state, createdAtOf(record), now);

  const { staleClaimSeconds: limitSeconds } = cluster;
  const claimed = rows.filter(isClaimed);
  const held = claimed.find((row) => now - row.claimedAt <= limitSeconds);
  if (held !== undefined) return { reason: 'running', work: held, since: held.claimedAt };
  const [waiting] = rows.filter((row) => !isClaimed(row)).sort((a, b) => a.scheduledAt - b.scheduledAt);
  if (waiting === undefined) {
    const [work] = claimed as [ClaimedRow];
    return { reason: 'stale_claim', work, since: work.claimedAt, limitSeconds };
  }
  // Without a single node on record nothing can be said about who takes work.
  const why = cluster.nodes.length === 0 ? null : whyUndrained(waiting.queueName, cluster, now);
  if (why !== null) return { reason: 'undrained', work: waiting, why };
  return (
    blockedByDependency(record, graph) ??
    (waiting.scheduledAt > now
      ? { reason: 'deferred', work: waiting, until: waiting.scheduledAt }
      : { reason: 'waiting_its_turn', work: waiting, dueSince: waiting.scheduledAt })
  );
}

type ClaimedRow = WorkRow & { claimedAt: number };

function isClaimed(row: WorkRow): row is ClaimedRow {
  return row.claimedAt !== null;
}

function endOf(value: TerminalState, { since, message }: StateRow, error: OperationError | null): Blocker {
  switch (value) {
    case 'complete':
      return message?.startsWith(FOLDED)
        ? { reason: 'folded', since, message }
        : { reason: 'complete', since };
    case 'error':
      return { reason: 'failed', since, error, message };
    case 'abort':
      return { reason: 'aborted', since, message };
    case 'deleted':
      return { reason: 'gone', since };
  }
}

/** With neither header nor state there is nothing that a worker could run, whatever other rows name it. */
function withoutState({ header }: OperationRecord): Blocker {
  return header === null ? { reason: 'gone', since: null } : { reason: 'unknown_state', state: null };
}

function withoutWork(state: string, { since }: StateRow, createdAt: number | null, now: number): Blocker {
  if (now - Math.max(since, createdAt ?? since) < ORPHANED_AFTER_SECONDS)
    return { reason: 'cannot_tell', why: 'it has no work row, and changed only seconds ago' };
  return { reason: 'orphaned', state, since };
}

function blockedByDependency(record: OperationRecord, graph: DependencyGraph): Blocker | null {
  const { dependsOn, runsAfter } = record;
  const missing = dependsOn.filter(({ state }) => state === null || state === 'deleted');
  if (missing.length > 0) return { reason: 'blocked_by_missing', operations: missing };
  const failed = dependsOn.filter(({ state }) => state === 'error' || state === 'abort');
  if (failed.length > 0) return { reason: 'blocked_by_failed', operations: failed };
  // A missing predecessor is passed over with a warning (operations contract, section 1).
  const unended = [...dependsOn, ...runsAfter].filter(({ state }) => state !== null && !isTerminal(state));
  if (unended.length === 0) return null;
  const isSelf = unended.some(({ uuid }) => uuid === record.uuid);
  const cycle = isSelf ? [record.uuid] : cycleThrough(graph, record.uuid);
  return cycle === null
    ? { reason: 'waits_for', operations: unended }
    : { reason: 'cycle', operations: cycle };
}
