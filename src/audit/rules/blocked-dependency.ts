import type { OperationRecord, RelatedOperation } from '../../core/operations/operation-record.js';
import { createdAtOf, decisiveWorkRow } from '../../core/operations/operation-record.js';
import { auditRule, counted, isSettled, operationSubject } from './rule.js';
import type { AuditFacts } from './facts.js';

export const blockedDependency = auditRule({
  id: 'blocked-dependency',
  topic: 'activity',
  severity: 'error',
  title: 'no operation waits for one that cannot complete',
  why: 'An operation runs only when all that it depends on is complete. What has failed, was aborted or does not exist never will be; a worker that gets to the operation aborts it, and until then it holds its objects.',
  examples: [
    'What it depends on failed, and its own queue has not been looked into since.',
    'What it depends on was removed by hand, or never written.',
  ],
  remedy: 'sf-ops enqueue --like DEPENDENCY, then sf-ops abort OPERATION and enqueue it again.',
  fix: 'aborts it, as a worker would, with a message that names what it waited for',
  found: (count) =>
    `${counted(count, 'operation waits for one', 'operations wait for others')} that cannot complete.`,
  none: 'No operation waits for one that cannot complete.',
  look: ({ operations }, facts) =>
    operations.flatMap(({ record }) => {
      const hopeless = record.dependsOn.filter(cannotComplete);
      if (hopeless.length === 0 || isBeingLookedAt(record, facts)) return [];
      return [
        {
          ...operationSubject(record),
          detail: `waits for ${hopeless.map(({ uuid, state }) => `${uuid} (${state ?? 'does not exist'})`).join(', ')}`,
          remedy: `sf-ops explain ${record.uuid}`,
          evidence: {
            depends_on: hopeless.map(({ type, uuid, state }) => ({ op_type: type, op_uuid: uuid, state })),
          },
        },
      ];
    }),
});

export function cannotComplete({ state }: RelatedOperation): boolean {
  return state === null || state === 'error' || state === 'abort' || state === 'deleted';
}

/** A worker has it, or will look at it in its turn: it is due only since a moment, or not yet. */
function isBeingLookedAt(record: OperationRecord, facts: AuditFacts): boolean {
  const row = decisiveWorkRow(record);
  if (row !== null && row.claimedAt !== null) return true;
  const since = [record.state?.since, createdAtOf(record), row?.scheduledAt];
  return !isSettled(Math.max(...since.map((time) => time ?? 0)), facts);
}
