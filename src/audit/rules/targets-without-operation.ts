import { auditRule, counted, isSettled, type Problem } from './rule.js';

export const targetsWithoutOperation = auditRule({
  id: 'targets-without-operation',
  topic: 'leftovers',
  severity: 'info',
  title: 'target rows lead to an operation that is on record',
  why: 'Shaken Fist removes an operation soon after it has ended, and a target row that stays behind holds nothing. Many of them make the history of an object long, and questions about it slow.',
  examples: ['An operation ended, and its rows were removed before its targets.'],
  remedy: 'sf-ops prune removes what is older than the retention.',
  fix: 'deletes the target rows, where there is still neither a header nor a state',
  found: (count) =>
    `${counted(count, 'operation is gone and has', 'operations are gone and have')} target rows left.`,
  none: 'Every target row leads to an operation that is on record.',
  look: ({ targetsWithoutOperation: rows }, facts) => {
    const operations = new Map<string, Problem & { rows: number }>();
    for (const { operation, createdAt } of rows) {
      if (!isSettled(createdAt, facts)) continue;
      const known = operations.get(operation.uuid)?.rows ?? 0;
      const rows = known + 1;
      const detail = counted(rows, 'target row', 'target rows');
      operations.set(operation.uuid, { ...operation, name: null, detail, rows });
    }
    return [...operations.values()].map(({ rows: count, ...problem }) => ({
      ...problem,
      evidence: { rows: count },
    }));
  },
});
