import type { Uuid } from '../uuid.js';
import { findOperationType } from './catalogue.js';
import { headerUuids, type Operation } from './operation.js';
import type { HeaderColumn, OperationType } from './operation-type.js';
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
  /**
   * Unix seconds from which a worker may take it; null where it has no work row that is free. Most releases of Shaken
   * Fist do not look, and so adopt orphans.
   */
  readonly dueAt: number | null;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** Equal for two operations of which one may be replaced by the other; null for one that must be its own. */
export function workKey(operation: Coalescible): string | null {
  const key = coalescingKey(operation);
  return key === null
    ? null
    : [operation.type.value, key.task, ...keyParts(operation.type, key.columns)].join('/');
}

/** The `workKey` of what a candidate could replace. */
export function workKeyOfCandidate({ operationType, tasks, columns }: Candidate): string | null {
  const type = findOperationType(operationType);
  return type === null ? null : [operationType, tasks[0], ...keyParts(type, columns)].join('/');
}

function keyParts({ coalescing }: OperationType, columns: CoalescingKey['columns']): string[] {
  return (coalescing?.key ?? []).map((column) => columns[column] ?? '-');
}

/**
 * Whether a waiting operation does all that `wanted` asks for, no later: anything less urgent would be waited on in a
 * slower lane, and one that already executes may have begun before the change that it is wanted for.
 *
 * @param dueAt unix seconds at which the wanted work would begin; a candidate that waits longer is no help
 */
export function canAdopt(candidate: Candidate, wanted: Coalescible, dueAt: number): boolean {
  const key = coalescingKey(wanted);
  if (key === null) return false;
  return (
    candidate.dueAt !== null &&
    candidate.dueAt <= dueAt &&
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

/** Oldest first; of equally old ones the one with the lowest uuid. */
export function byAge(one: Candidate, other: Candidate): number {
  return one.createdAt - other.createdAt || (one.uuid < other.uuid ? -1 : 1);
}
