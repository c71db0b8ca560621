import { formatDuration } from '../../core/duration.js';
import { undrainedSentence, type Undrained } from '../../core/queue-consumers.js';
import type { ActiveOperation } from './facts.js';
import { auditRule, counted, isSettled } from './rule.js';

export const undrainedQueue = auditRule({
  id: 'undrained-queue',
  topic: 'activity',
  severity: 'error',
  title: 'somebody takes work from every queue that has some',
  why: 'A queue that no daemon looks into gives no error: what is in it waits until its node comes back, or for ever.',
  examples: [
    'A node is shut down, or deleted, with work still queued for it.',
    'sf-net is stopped on the network node.',
    'Somebody wrote a work row with a queue name that does not exist.',
  ],
  remedy: 'Start the daemon, or abort the operations: sf-ops abort --all-stuck undrained.',
  fix: 'moves work to the queue of its type where that one is drained; fails what is meant for a node that does not exist; leaves what waits for a node that is only down',
  found: (count) => `${counted(count, 'queue has', 'queues have')} work that nobody takes.`,
  none: 'Somebody takes work from every queue that has some.',
  look: ({ operations }, facts) => {
    const queues = new Map<string, { why: Undrained; waiting: ActiveOperation[]; oldest: number }>();
    for (const operation of operations) {
      const { blocker } = operation;
      if (blocker.reason !== 'undrained' || !isSettled(blocker.work.scheduledAt, facts)) continue;
      const { queueName, scheduledAt } = blocker.work;
      const queue = queues.get(queueName) ?? { why: blocker.why, waiting: [], oldest: scheduledAt };
      queue.waiting.push(operation);
      queue.oldest = Math.min(queue.oldest, scheduledAt);
      queues.set(queueName, queue);
    }
    return [...queues].map(([name, { why, waiting, oldest }]) => ({
      type: 'queue',
      uuid: null,
      name,
      detail: `${counted(waiting.length, 'waiting', 'waiting, the oldest')} for ${formatDuration(facts.now - oldest)}: ${undrainedSentence(why)}`,
      remedy: `sf-ops explain ${waiting[0]!.record.uuid}`,
      evidence: {
        oldest_scheduled_at: oldest,
        cause: why.cause,
        operations: waiting.map(({ record: { uuid } }) => uuid),
      },
    }));
  },
});
