import { valueOfObjectType } from '../../core/object-types.js';
import { findOperationType } from '../../core/operations/catalogue.js';
import { objectTypeOfTarget } from '../../core/operations/field.js';
import type { OperationRecord } from '../../core/operations/operation-record.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { auditRule, counted, isSettled, operationSubject } from './rule.js';

export const missingTargets = auditRule({
  id: 'missing-targets',
  topic: 'activity',
  severity: 'error',
  fleeting: true,
  title: 'every active operation has a target row for each of its objects',
  why: 'What is pending on an object is found by its target rows alone: without one the object looks free, and somebody else changes it at the same time.',
  examples: [
    'Under version 1 of cluster_operation_targets only the first target of an operation could be recorded.',
    'A release of Shaken Fist took the error of that key for "already there".',
  ],
  remedy: 'If the table is still at version 1, sf-ops migrate plan shows the way to version 2.',
  fix: 'writes the target rows that its stored fields declare, while it is active',
  found: (count) => `${counted(count, 'active operation lacks', 'active operations lack')} target rows.`,
  none: 'Every active operation has a target row for each of its objects.',
  look: ({ operations, oneTargetOnly }, facts) =>
    operations.flatMap(({ record }) => {
      const missing = missingTargetsOf(record);
      if (missing.length === 0 || !isSettled(record.header!.createdAt, facts)) return [];
      return [
        {
          ...operationSubject(record),
          detail: `no target row for ${missing.map(({ type, uuid }) => `${type}/${uuid}`).join(', ')}`,
          ...(oneTargetOnly ? { remedy: 'sf-ops migrate plan' } : {}),
          evidence: { missing: missing.map(({ type, uuid }) => ({ object_type: type, uuid })) },
        },
      ];
    }),
});

/** The objects that the stored fields of an operation declare and that have no target row. */
export function missingTargetsOf({ type, header, targets }: OperationRecord): { type: string; uuid: Uuid }[] {
  const known = findOperationType(type);
  if (known === null || header === null) return [];
  return known.targets.flatMap((field) => {
    const value = header.stored.fields[field];
    const uuid = typeof value === 'string' ? parseUuid(value) : null;
    const objectType = valueOfObjectType(objectTypeOfTarget(field));
    const isThere = targets.some((target) => target.objectType === objectType && target.uuid === uuid);
    return uuid === null || isThere ? [] : [{ type: objectType, uuid }];
  });
}
