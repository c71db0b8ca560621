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
import { queueColumns, queueDocument, queueTotals } from '../queue-columns.js';
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
  const targets = summarizeTargets(all);
  const stuck = all.reduce((sum, queue) => sum + queue.stuck, 0);
  return answerOf<QueueSummary>({
    columns: queueColumns(names, now),
    rows: shown,
    json: {
      rows: 'queues',
      tail: () => ({ targets: targets.map((target) => targetDocument(target, names)) }),
    },
    record: (queue) => queueDocument(queue, now),
    empty: 'No work waits in any queue.',
    after: () => [
      ...targets.map((target) => ({ text: targetText(target, names), style: 'dim' as const })),
      ...(all.some(({ isMore }) => isMore) ? ['A queue is counted up to 100000 rows of a kind.'] : []),
      ...(all.length > 0 ? [`${queueTotals(all)}.`] : []),
    ],
    next: () => (stuck > 0 ? { label: 'Why', command: 'sf-ops explain --all-pending' } : null),
    exitCode: ExitCode.OK,
  });
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
