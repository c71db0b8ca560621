import { auditRule, counted, isSettled, type Problem } from './rule.js';

export const workWithoutOperation = auditRule({
  id: 'work-without-operation',
  topic: 'activity',
  severity: 'warning',
  fleeting: true,
  title: 'every work row names an operation that exists',
  why: 'A worker that takes such a row fails on it, and may try again and again.',
  examples: [
    'An operation was deleted by hand while its work row was still there.',
    'Somebody wrote a work row whose payload names no operation.',
  ],
  remedy: 'sf-ops audit --fix work-without-operation removes the rows.',
  fix: 'deletes the work row, where there is still neither a header nor an active state',
  found: (count) => `${counted(count, 'work row names', 'work rows name')} no operation that exists.`,
  none: 'Every work row names an operation that exists.',
  look: ({ strayWork }, facts) =>
    strayWork.flatMap(({ row, operation, hasHeader, state, queuedAt }): Problem[] => {
      if (hasHeader || !isSettled(Math.max(queuedAt, row.claimedAt ?? 0), facts)) return [];
      const named =
        operation === null
          ? 'its payload names no operation'
          : `${operation.uuid} ${state === null ? 'does not exist' : `is ${state} and has no header`}`;
      return [
        {
          type: 'work_row',
          uuid: operation?.uuid ?? null,
          name: String(row.id),
          detail: `in ${row.queueName}: ${named}`,
          evidence: { id: row.id, queue_name: row.queueName, operation_uuid: operation?.uuid ?? null },
        },
      ];
    }),
});
