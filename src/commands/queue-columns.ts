import { formatDuration } from '../core/duration.js';
import type { Names } from '../core/names.js';
import type { QueueSummary } from '../core/operations/queue-summary.js';
import type { Column } from '../render/answer.js';
import { consumerDocument } from './operation-documents.js';

/** @param now unix seconds */
export function queueColumns(names: Names, now: number): readonly Column<QueueSummary>[] {
  const count = (name: 'ready' | 'deferred' | 'claimed' | 'stuck', priority: number) => ({
    name,
    heading: name.toUpperCase(),
    align: 'right' as const,
    value: (queue: QueueSummary) => queue[name],
    priority,
  });
  const drainedBy = ({ consumers, drained, reason }: QueueSummary): string => {
    if (drained === false) return `nobody: ${reason ?? ''}`;
    const running = consumers.filter(({ problem }) => problem === null);
    return drained === null
      ? 'not known'
      : running.map(({ daemon, node }) => `sf-${daemon} on ${names.node(node.uuid)}`).join(', ');
  };
  return [
    {
      name: 'queue_name',
      heading: 'QUEUE',
      value: ({ queueName }) => queueName,
      display: ({ queueName }) => names.queue(queueName),
      shrink: 'middle',
      comfort: 26,
    },
    count('ready', 1),
    count('deferred', 4),
    count('claimed', 3),
    { ...count('stuck', 0), style: (queue) => (queue.stuck > 0 ? 'bad' : undefined) },
    {
      name: 'oldest_age_seconds',
      heading: 'OLDEST',
      align: 'right',
      priority: 2,
      value: (queue) => ageOf(queue, now),
      display: (queue) => {
        if (queue.oldestDueAt === null) return '-';
        const seconds = now - queue.oldestDueAt;
        return seconds < 0 ? `in ${formatDuration(-seconds)}` : formatDuration(seconds);
      },
    },
    {
      name: 'drained_by',
      heading: 'DRAINED BY',
      value: ({ consumers }) => consumers.map(({ daemon, node }) => `sf-${daemon}@${node.fqdn}`).join(' '),
      display: drainedBy,
      style: ({ drained }) => (drained === false ? 'bad' : drained === null ? 'warning' : undefined),
      shrink: 'wrap',
      least: 16,
      comfort: 20,
    },
    { name: 'drained', heading: 'DRAINED', value: ({ drained }) => drained, wideOnly: true },
    { name: 'reason', heading: 'REASON', value: ({ reason }) => reason, wideOnly: true },
  ];
}

/** A queue as JSON prints it. */
export function queueDocument(queue: QueueSummary, now: number): object {
  return {
    queue_name: queue.queueName,
    target: queue.name?.target ?? null,
    node: queue.consumers.length === 1 ? queue.consumers[0]!.node.fqdn : null,
    family: queue.name?.family ?? null,
    priority: queue.name?.priority ?? null,
    ready: queue.ready,
    deferred: queue.deferred,
    claimed: queue.claimed,
    stale_claims: queue.staleClaims,
    stuck: queue.stuck,
    counts_are_more: queue.isMore,
    oldest_age_seconds: ageOf(queue, now),
    drained_by: queue.consumers.map(consumerDocument),
    drained: queue.drained,
    reason: queue.reason ?? (queue.drained === null ? 'no node is on record' : null),
  };
}

/** Seconds since the oldest of its rows was due; null where it has none. */
function ageOf({ oldestDueAt }: QueueSummary, now: number): number | null {
  return oldestDueAt === null ? null : Math.max(0, Math.round((now - oldestDueAt) * 1000) / 1000);
}

/** `9 queues have work, 2 of it stuck` */
export function queueTotals(queues: readonly QueueSummary[]): string {
  const stuck = queues.reduce((sum, queue) => sum + queue.stuck, 0);
  return `${queues.length === 1 ? '1 queue has' : `${queues.length} queues have`} work, ${stuck === 0 ? 'none' : stuck} of it stuck`;
}
