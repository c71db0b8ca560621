import { isStuck, type Blocker } from '../core/operations/blocker.js';
import { decisiveWorkRow } from '../core/operations/operation-record.js';
import type { TargetedOperation } from '../core/operations/targeted-operation.js';
import type { Uuid } from '../core/uuid.js';

/** One target of an operation with what is known of the operation: a row of the API. Times are unix seconds. */
export interface OperationRow {
  sequence_number: number | string;
  operation_uuid: Uuid;
  operation_type: string;
  /** Null when the operation's state row is gone. */
  state: string | null;
  tasks: readonly string[];
  priority: string | null;
  created_at: number;
  age_seconds: number;
  target_object_type: string;
  target_uuid: Uuid;
  queue: {
    queue_name: string;
    scheduled_at: number;
    claimed_at: number | null;
    claimed_by: string | null;
    attempts: number;
  } | null;
  stuck: StuckWord | null;
  /** Why it does not go on, in one of the words of `explain`. */
  reason: Blocker['reason'];
}

export type StuckWord = 'orphaned' | 'stale_claim' | 'undrained' | 'unmet_dependency';

/** @param now unix seconds */
export function operationRow({ target, record, blocker }: TargetedOperation, now: number): OperationRow {
  const work = decisiveWorkRow(record);
  return {
    sequence_number: target.sequenceNumber,
    operation_uuid: record.uuid,
    operation_type: record.type ?? 'unknown',
    state: record.state?.value ?? null,
    tasks: record.header?.stored.tasks ?? [],
    priority: record.header?.priority ?? null,
    created_at: target.createdAt,
    age_seconds: Math.max(0, Math.round((now - target.createdAt) * 1000) / 1000),
    target_object_type: target.objectType,
    target_uuid: target.uuid,
    queue:
      work === null
        ? null
        : {
            queue_name: work.queueName,
            scheduled_at: work.scheduledAt,
            claimed_at: work.claimedAt,
            claimed_by: work.claimedBy,
            attempts: work.attempts,
          },
    stuck: stuckWord(blocker),
    reason: blocker.reason,
  };
}

/** The word of the API for an operation that will not go on by itself; null for every other. */
export function stuckWord(blocker: Blocker): StuckWord | null {
  switch (blocker.reason) {
    case 'orphaned':
    case 'stale_claim':
    case 'undrained':
      return blocker.reason;
    default:
      return isStuck(blocker) ? 'unmet_dependency' : null;
  }
}
