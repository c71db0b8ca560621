import { formatDuration } from '../../core/duration.js';
import type { OperationRecord } from '../../core/operations/operation-record.js';
import { workRowsOf } from '../../core/operations/operation-record.js';
import { auditRule, counted, operationSubject } from './rule.js';

/** Clocks of nodes that are kept in step differ by less. */
const TOLERATED_SECONDS = 60;
/** Nobody puts work off for longer without a reason; a worker defers for minutes. */
const LONGEST_DELAY_SECONDS = 86_400;

export const futureTime = auditRule({
  id: 'future-time',
  topic: 'activity',
  severity: 'warning',
  title: 'nothing is dated in the future',
  why: 'Work that is due in the future is not taken before; what was made or claimed in the future is never old enough for the reaper and the prune.',
  examples: [
    'The clock of a node was wrong when it wrote the operation.',
    'Somebody enqueued with a delay of days.',
  ],
  remedy: 'Set the clocks right (sf-ops doctor compares them); sf-ops requeue OPERATION makes it due now.',
  fix: null,
  found: (count) => `${counted(count, 'operation is', 'operations are')} dated in the future.`,
  none: 'Nothing is dated in the future.',
  look: ({ operations }, { now }) =>
    operations.flatMap(({ record }) => {
      const ahead = timesOf(record).filter(({ time, tolerated }) => time > now + tolerated);
      if (ahead.length === 0) return [];
      return [
        {
          ...operationSubject(record),
          detail: ahead.map(({ name, time }) => `${name} in ${formatDuration(time - now)}`).join(', '),
          remedy: `sf-ops requeue ${record.uuid}`,
          evidence: Object.fromEntries(ahead.map(({ name, time }) => [name, time])),
        },
      ];
    }),
});

function timesOf(record: OperationRecord): { name: string; time: number; tolerated: number }[] {
  const past = (
    name: string,
    time: number | null | undefined,
  ): { name: string; time: number; tolerated: number }[] =>
    time === null || time === undefined ? [] : [{ name, time, tolerated: TOLERATED_SECONDS }];
  return [
    ...past('created_at', record.header?.createdAt ?? record.targets[0]?.createdAt),
    ...past('update_time', record.state?.since),
    ...workRowsOf(record).flatMap(({ claimedAt, scheduledAt }) => [
      ...past('claimed_at', claimedAt),
      { name: 'scheduled_at', time: scheduledAt, tolerated: LONGEST_DELAY_SECONDS },
    ]),
  ];
}
