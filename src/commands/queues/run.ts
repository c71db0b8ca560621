import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import { Names } from '../../core/names.js';
import {
  summarizeQueue,
  summarizeTargets,
  worstQueueFirst,
  type QueueSummary,
  type TargetSummary,
} from '../../core/operations/queue-summary.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { readQueues } from '../../database/queries/queues.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { consumerDocument } from '../operation-documents.js';
import type { QueuesRequest } from './definition.js';

export async function run(context: CommandContext, { options }: QueuesRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const { cluster, counted } = await database.snapshot(async (session) => {
    const cluster = await readClusterFacts(session, description);
    return { cluster, counted: await readQueues(session, now, cluster.staleClaimSeconds) };
  });
  const all = counted.map((queue) => summarizeQueue(queue, cluster, now)).sort(worstQueueFirst);
  const names = new Names(new Map(), new Map(), cluster.nodes);
  return queuesAnswer(options.stuck ? all.filter(({ stuck }) => stuck > 0) : all, all, names, now);
}

function queuesAnswer(
  shown: readonly QueueSummary[],
  all: readonly QueueSummary[],
  names: Names,
  now: number,
): AnyAnswer {
  const ageOf = ({ oldestDueAt }: QueueSummary): number | null =>
    oldestDueAt === null ? null : Math.max(0, Math.round((now - oldestDueAt) * 1000) / 1000);
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
  const targets = summarizeTargets(all);
  const stuck = all.reduce((sum, queue) => sum + queue.stuck, 0);
  return answerOf<QueueSummary>({
    columns: [
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
        value: ageOf,
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
    ],
    rows: shown,
    json: {
      rows: 'queues',
      tail: () => ({ targets: targets.map((target) => targetDocument(target, names)) }),
    },
    record: (queue) => queueDocument(queue, ageOf(queue)),
    empty: 'No work waits in any queue.',
    after: () => [
      ...targets.map((target) => ({ text: targetText(target, names), style: 'dim' as const })),
      ...(all.some(({ isMore }) => isMore) ? ['A queue is counted up to 100000 rows of a kind.'] : []),
      ...(all.length > 0
        ? [
            `${all.length === 1 ? '1 queue has' : `${all.length} queues have`} work, ${stuck === 0 ? 'none' : stuck} of it stuck.`,
          ]
        : []),
    ],
    next: () => (stuck > 0 ? { label: 'Why', command: 'sf-ops explain --all-pending' } : null),
    exitCode: ExitCode.OK,
  });
}

function queueDocument(queue: QueueSummary, age: number | null): object {
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
    oldest_age_seconds: age,
    drained_by: queue.consumers.map(consumerDocument),
    drained: queue.drained,
    reason: queue.reason ?? (queue.drained === null ? 'no node is on record' : null),
  };
}

function targetDocument({ target, ...counts }: TargetSummary, names: Names): object {
  return { target, node: target === null ? null : names.nameOf(target), ...counts };
}

function targetText(
  { target, queues, ready, deferred, claimed, stuck }: TargetSummary,
  names: Names,
): string {
  const where =
    target === null
      ? 'unknown names'
      : target === 'networknode'
        ? 'network node'
        : target === 'any'
          ? 'any node'
          : names.node(target);
  const parts = [
    [ready, 'ready'],
    [deferred, 'put off'],
    [claimed, 'claimed'],
    [stuck, 'stuck'],
  ].flatMap(([count, word]) => (count === 0 ? [] : `${count} ${word}`));
  return `${where}: ${parts.join(', ')} in ${queues === 1 ? '1 queue' : `${queues} queues`}`;
}
