import type { ClusterFacts } from '../cluster-facts.js';
import { consumersOf, undrainedSentence, whyUndrained, type Consumer } from '../queue-consumers.js';
import { parseQueueName, type QueueName } from './queue-name.js';

/** What waits in a queue, as it was counted. Times are unix seconds. */
export interface CountedQueue {
  readonly queueName: string;
  readonly ready: number;
  readonly deferred: number;
  readonly claimed: number;
  readonly staleClaims: number;
  readonly oldestDueAt: number | null;
  readonly isMore: boolean;
}

/** A queue, and who takes work from it. */
export interface QueueSummary extends CountedQueue {
  /** Null for a name that no daemon looks for. */
  readonly name: QueueName | null;
  readonly consumers: readonly Consumer[];
  /** Null: nothing is known of any node. */
  readonly drained: boolean | null;
  /** Why nobody drains it. */
  readonly reason: string | null;
  /** Rows that will not go on by themselves: stale claims, and all that waits where nobody drains. */
  readonly stuck: number;
}

/** @param now unix seconds */
export function summarizeQueue(queue: CountedQueue, cluster: ClusterFacts, now: number): QueueSummary {
  const name = parseQueueName(queue.queueName);
  const found = consumersOf(queue.queueName, cluster, now);
  const undrained = whyUndrained(queue.queueName, cluster, now);
  const drained = cluster.nodes.length === 0 ? null : undrained === null;
  return {
    ...queue,
    name,
    consumers: 'consumers' in found ? found.consumers : [],
    drained,
    reason: drained === false && undrained !== null ? undrainedSentence(undrained) : null,
    stuck: queue.staleClaims + (drained === false ? queue.ready + queue.deferred : 0),
  };
}

/** Those with stuck rows first, then those whose oldest row has waited longest. */
export function worstQueueFirst(one: QueueSummary, other: QueueSummary): number {
  const isStuck = (queue: QueueSummary): number => Number(queue.stuck > 0);
  return (
    isStuck(other) - isStuck(one) ||
    (one.oldestDueAt ?? Infinity) - (other.oldestDueAt ?? Infinity) ||
    (one.queueName < other.queueName ? -1 : 1)
  );
}

/** What waits for the daemons of one node, or for whichever node: `networknode` and `any` are lines of their own. */
export interface TargetSummary {
  /** A node's uuid, `networknode`, `any`, or null for queues of unknown names. */
  readonly target: string | null;
  readonly queues: number;
  readonly ready: number;
  readonly deferred: number;
  readonly claimed: number;
  readonly stuck: number;
}

export function summarizeTargets(queues: readonly QueueSummary[]): TargetSummary[] {
  const targets = new Map<string | null, TargetSummary>();
  for (const queue of queues) {
    const target = queue.name?.target ?? null;
    const sum = targets.get(target) ?? { target, queues: 0, ready: 0, deferred: 0, claimed: 0, stuck: 0 };
    targets.set(target, {
      target,
      queues: sum.queues + 1,
      ready: sum.ready + queue.ready,
      deferred: sum.deferred + queue.deferred,
      claimed: sum.claimed + queue.claimed,
      stuck: sum.stuck + queue.stuck,
    });
  }
  return [...targets.values()];
}
