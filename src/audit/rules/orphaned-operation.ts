import { formatDuration } from '../../core/duration.js';
import { auditRule, counted, isSettled, operationSubject } from './rule.js';

export const orphanedOperation = auditRule({
  id: 'orphaned-operation',
  topic: 'activity',
  severity: 'error',
  fleeting: true,
  title: 'every active operation has a work row',
  why: 'Without a row in the work queue no worker looks at an operation, and while it is active its object counts as being worked on: nobody repairs it, and new requests are folded into it.',
  examples: [
    'A worker fails on an operation that it cannot read, for example of a newer version, and deletes the work row.',
    'A worker is killed after it has removed the work row and before it has written the end.',
    'Somebody deletes rows of work_queue by hand.',
  ],
  remedy: 'sf-ops requeue OPERATION, or sf-ops abort OPERATION if the work is not wanted any more.',
  fix: 'queues it again: the state becomes queued, and a new work row stands in the queue of its type',
  found: (count) => `${counted(count, 'active operation has', 'active operations have')} no work row.`,
  none: 'Every active operation has a work row.',
  look: ({ operations }, facts) =>
    operations.flatMap(({ record, blocker }) => {
      if (blocker.reason !== 'orphaned' || !isSettled(blocker.since, facts)) return [];
      const { state, since } = blocker;
      return [
        {
          ...operationSubject(record),
          detail: `${state} for ${formatDuration(facts.now - since)}, no work row`,
          remedy: `sf-ops requeue ${record.uuid}`,
          evidence: { state, since },
        },
      ];
    }),
});
