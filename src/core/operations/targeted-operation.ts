import type { ClusterFacts } from '../cluster-facts.js';
import type { Uuid } from '../uuid.js';
import { blockerOf, isStuck, type Blocker } from './blocker.js';
import type { OperationRecord, OperationTarget } from './operation-record.js';

/** An operation as seen from one of its targets, and why it does not go on. */
export interface TargetedOperation {
  readonly target: OperationTarget;
  readonly record: OperationRecord;
  readonly blocker: Blocker;
}

/** Those that will not go on by themselves first, else as they were. */
export function worstFirst(operations: readonly TargetedOperation[]): TargetedOperation[] {
  return [...operations].sort((a, b) => Number(isStuck(b.blocker)) - Number(isStuck(a.blocker)));
}

/** @param now unix seconds */
export function targetedOperations(
  recorded: readonly Omit<TargetedOperation, 'blocker'>[],
  cluster: ClusterFacts,
  now: number,
): TargetedOperation[] {
  const blockers = new Map<Uuid, Blocker>();
  return recorded.map((one) => {
    const blocker = blockers.get(one.record.uuid) ?? blockerOf(one.record, cluster, now);
    blockers.set(one.record.uuid, blocker);
    return { ...one, blocker };
  });
}
