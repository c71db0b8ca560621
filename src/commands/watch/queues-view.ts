import { Names } from '../../core/names.js';
import { formatDuration } from '../../core/duration.js';
import { summarizeQueue, worstQueueFirst, type QueueSummary } from '../../core/operations/queue-summary.js';
import { consumerSentence } from '../../core/queue-consumers.js';
import type { Database } from '../../database/database.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { readQueues } from '../../database/queries/queues.js';
import { queueColumns, queueDocument, queueTotals } from '../queue-columns.js';
import { missing, type View } from './view.js';

export function queuesView(database: Database, now: () => number): View<QueueSummary> {
  let names = Names.NONE;
  const keyOf = ({ queueName }: QueueSummary): string => queueName;
  return {
    read: async (known) => {
      const description = await database.describe();
      const at = now();
      const { cluster, counted } = await database.snapshot(async (session) => {
        const cluster = await readClusterFacts(session, description);
        return { cluster, counted: await readQueues(session, at, cluster.staleClaimSeconds) };
      });
      names = new Names(new Map(), new Map(), cluster.nodes);
      const rows = counted.map((queue) => summarizeQueue(queue, cluster, at)).sort(worstQueueFirst);
      const ended = missing(known, rows, keyOf).map(emptied);
      const summary = rows.length === 0 ? 'No work waits in any queue' : queueTotals(rows);
      return { rows, ended, summary };
    },
    keyOf,
    signatureOf: ({ ready, deferred, claimed, stuck, drained, reason }) =>
      JSON.stringify([ready, deferred, claimed, stuck, drained, reason]),
    columns: (at) => queueColumns(names, at),
    documentOf: queueDocument,
    explanationOf: (queue) => ({ lines: explainQueue(queue, names, now()) }),
  };
}

/** A queue that has no rows any more. */
function emptied(queue: QueueSummary): QueueSummary {
  return { ...queue, ready: 0, deferred: 0, claimed: 0, staleClaims: 0, stuck: 0, oldestDueAt: null };
}

/** Who is meant to take work from it, and what keeps them. */
function explainQueue(queue: QueueSummary, names: Names, now: number): string[] {
  const { ready, deferred, claimed, staleClaims, drained, reason, oldestDueAt, consumers } = queue;
  const oldest =
    oldestDueAt === null || oldestDueAt > now
      ? ''
      : `, the oldest due ${formatDuration(now - oldestDueAt)} ago`;
  const stale = staleClaims === 0 ? '' : `, ${staleClaims} of them too long ago`;
  return [
    `${names.queue(queue.queueName)} (${queue.queueName})`,
    `${ready} ready${oldest}; ${deferred} put off; ${claimed} claimed${stale}.`,
    drained === false
      ? `Nobody drains it: ${reason ?? 'no reason is known'}.`
      : drained === null
        ? 'Whether anybody drains it is not known: no node is on record.'
        : 'Who drains it:',
    ...(drained === true ? consumers.map((consumer) => `  ${consumerSentence(consumer)}`) : []),
  ];
}
