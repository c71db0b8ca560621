import { formatDuration } from '../../core/duration.js';
import { auditRule, counted, operationSubject } from './rule.js';

export const staleClaim = auditRule({
  id: 'stale-claim',
  topic: 'activity',
  severity: 'error',
  title: 'no claim is older than Shaken Fist allows',
  why: 'A claim has no lease: what a worker took and did not end stays with it. Releases with a reaper give it back after CLUSTER_OP_STUCK_THRESHOLD; until then, and in other releases, the object waits.',
  examples: [
    'A worker or its node is killed in the middle of an operation.',
    'An operation takes longer than the threshold, and its worker is still at it: look before you release the claim.',
  ],
  remedy: 'Make sure that the worker is gone, then sf-ops requeue OPERATION.',
  fix: 'releases the claim and sets the operation queued, so that the next worker takes it',
  found: (count) => `${counted(count, 'claim is', 'claims are')} older than Shaken Fist allows.`,
  none: 'No claim is older than Shaken Fist allows.',
  look: ({ operations }, { now }) =>
    operations.flatMap(({ record, blocker }) => {
      if (blocker.reason !== 'stale_claim') return [];
      const { since, work, limitSeconds } = blocker;
      return [
        {
          ...operationSubject(record),
          detail: `claimed by ${work.claimedBy ?? 'nobody'} for ${formatDuration(now - since)}`,
          remedy: `sf-ops requeue ${record.uuid}`,
          evidence: {
            claimed_at: since,
            claimed_by: work.claimedBy,
            attempts: work.attempts,
            limit_seconds: limitSeconds,
            queue_name: work.queueName,
          },
        },
      ];
    }),
});
