import { stuckWord } from './operation-row.js';
import type { Names } from '../core/names.js';
import type { Blocker } from '../core/operations/blocker.js';
import type {
  OperationError,
  OperationTarget,
  RelatedOperation,
  WorkRow,
} from '../core/operations/operation-record.js';
import { consumerSentence, undrainedSentence, type Consumer } from '../core/queue-consumers.js';

/** The parts of operations as JSON documents have them. Times are unix seconds. */

export function queueDocument(work: WorkRow): object {
  return {
    queue_name: work.queueName,
    scheduled_at: work.scheduledAt,
    claimed_at: work.claimedAt,
    claimed_by: work.claimedBy,
    attempts: work.attempts,
    defer_count: work.deferCount,
  };
}

export function relatedDocument({ type, uuid, state, since }: RelatedOperation): object {
  return { op_type: type, op_uuid: uuid, state, state_since: since };
}

export function targetDocument({ objectType, uuid, observational }: OperationTarget, names: Names): object {
  return { object_type: objectType, uuid, name: names.nameOf(uuid), observational };
}

export function errorDocument({ code, message, details, originClass, traceback }: OperationError): object {
  return { code, message, details, origin_class: originClass, traceback };
}

export function consumerDocument(consumer: Consumer): object {
  const { node, daemon, problem } = consumer;
  return {
    node_uuid: node.uuid,
    node: node.fqdn,
    daemon: `sf-${daemon}`,
    running: problem === null,
    problem: problem === null ? null : consumerSentence(consumer),
  };
}

/** What shows the reason. */
export function evidenceDocument(blocker: Blocker): object {
  switch (blocker.reason) {
    case 'deferred':
      return { until: blocker.until, queue: queueDocument(blocker.work) };
    case 'waiting_its_turn':
      return { due_since: blocker.dueSince, queue: queueDocument(blocker.work) };
    case 'running':
      return { claimed_since: blocker.since, queue: queueDocument(blocker.work) };
    case 'stale_claim':
      return {
        claimed_since: blocker.since,
        limit_seconds: blocker.limitSeconds,
        queue: queueDocument(blocker.work),
      };
    case 'orphaned':
      return { state: blocker.state, state_since: blocker.since };
    case 'undrained':
      return {
        cause: blocker.why.cause,
        detail: undrainedSentence(blocker.why),
        consumers:
          blocker.why.cause === 'no_consumer_runs' ? blocker.why.consumers.map(consumerDocument) : [],
        queue: queueDocument(blocker.work),
      };
    case 'waits_for':
    case 'blocked_by_failed':
    case 'blocked_by_missing':
      return {
        operations: blocker.operations.map((related) => ({
          ...relatedDocument(related),
          kind: related.kind,
        })),
      };
    case 'cycle':
      return { operations: blocker.operations };
    case 'complete':
    case 'gone':
      return { since: blocker.since };
    case 'folded':
    case 'aborted':
      return { since: blocker.since, message: blocker.message };
    case 'failed':
      return {
        since: blocker.since,
        message: blocker.message,
        error: blocker.error === null ? null : errorDocument(blocker.error),
      };
    case 'unknown_state':
      return { state: blocker.state };
    case 'cannot_tell':
      return { why: blocker.why };
  }
}

export function blockerDocument(blocker: Blocker, sentence: string): object {
  return { reason: blocker.reason, stuck: stuckWord(blocker), sentence, evidence: evidenceDocument(blocker) };
}
