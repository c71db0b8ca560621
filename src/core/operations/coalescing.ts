import type { Uuid } from '../uuid.js';
import { headerUuids, type Operation } from './operation.js';
import type { HeaderColumn } from './operation-type.js';
import { isAtLeastAsUrgent } from './priority.js';

/**
 * What makes two operations the same piece of idempotent work: their type, their only task, and columns of
 * `cluster_operations`, where null means IS NULL.
 */
export interface CoalescingKey {
  readonly task: string;
  readonly columns: Readonly<Partial<Record<HeaderColumn, Uuid | null>>>;
}

type Coalescible = Pick<Operation, 'type' | 'fields' | 'tasks' | 'priority'> & {
  readonly dependsOn: readonly unknown[] | null;
  readonly runsAfter: readonly unknown[] | null;
};

/**
 * The key under which an operation may be replaced by one that already waits; null if it must be its own. One that
 * has to wait for others is never replaced: the other would not wait (operations contract, section 3).
 */
export function coalescingKey(operation: Coalescible): CoalescingKey | null {
  const { type, tasks, dependsOn, runsAfter } = operation;
  const [task] = tasks;
  if (type.coalescing === null || task === undefined || tasks.length > 1) return null;
  if (!type.coalescing.tasks.includes(task) || dependsOn !== null || runsAfter !== null) return null;
  const uuids = headerUuids(operation);
  return { task, columns: Object.fromEntries(type.coalescing.key.map((column) => [column, uuids[column]])) };
}

/** An operation in the database that might be used instead of a new one. */
export interface Candidate {
  readonly uuid: Uuid;
  readonly operationType: string;
  readonly state: string | null;
  readonly tasks: readonly string[];
  readonly priority: string | null;
  readonly columns: Readonly<Partial<Record<HeaderColumn, Uuid | null>>>;
  /** Whether a row of `work_queue` still names it. Most releases of Shaken Fist do not look, and so adopt orphans. */
  readonly hasWorkRow: boolean;
  /** Unix seconds. */
  readonly createdAt: number;
}

/**
 * Whether a waiting operation does all that `wanted` asks for, no later: anything less urgent would be waited on in a
 * slower lane, and one that already executes may have begun before the change that it is wanted for.
 */
export function canAdopt(candidate: Candidate, wanted: Coalescible): boolean {
  const key = coalescingKey(wanted);
  if (key === null) return false;
  return (
    candidate.hasWorkRow &&
    candidate.state === 'queued' &&
    candidate.operationType === wanted.type.value &&
    candidate.tasks.length === 1 &&
    candidate.tasks[0] === key.task &&
    isAtLeastAsUrgent(candidate.priority, wanted.priority) &&
    Object.entries(key.columns).every(
      ([column, uuid]) => (candidate.columns[column as HeaderColumn] ?? null) === uuid,
    )
  );
}

/** The oldest operation that can be adopted; of equally old ones the one with the lowest uuid. Null if there is none. */
export function oldestAdoptable(candidates: readonly Candidate[], wanted: Coalescible): Candidate | null {
  const adoptable = candidates.filter((candidate) => canAdopt(candidate, wanted));
  return adoptable.reduce<Candidate | null>(
    (oldest, candidate) => (oldest === null || isOlder(candidate, oldest) ? candidate : oldest),
    null,
  );
}

function isOlder(one: Candidate, other: Candidate): boolean {
  return one.createdAt === other.createdAt ? one.uuid < other.uuid : one.createdAt < other.createdAt;
}
