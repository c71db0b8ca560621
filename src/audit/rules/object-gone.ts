import { isDeleted } from '../../core/object-states.js';
import { FLOATING_NETWORK } from '../../core/gate/network.js';
import { objectKey, type TargetObject } from './facts.js';
import { auditRule, counted, isSettled, operationSubject } from './rule.js';

export const objectGone = auditRule({
  id: 'object-gone',
  topic: 'activity',
  severity: 'warning',
  title: 'no active operation works on an object that is gone',
  why: 'The work can only fail, or recreate what somebody wanted to be gone.',
  examples: [
    'An object was deleted while an operation on it waited in a queue.',
    'An operation was enqueued with --force for an object that does not exist.',
  ],
  remedy: 'sf-ops abort OPERATION.',
  fix: 'aborts it, where it is queued and no worker has it',
  found: (count) =>
    `${counted(count, 'active operation works', 'active operations work')} on an object that is gone.`,
  none: 'No active operation works on an object that is gone.',
  look: ({ operations, objects }, facts) =>
    operations.flatMap(({ record }) => {
      if (!isSettled(Math.max(record.state?.since ?? 0, record.header?.createdAt ?? 0), facts)) return [];
      const gone = record.targets
        .filter(({ observational }) => !observational)
        .flatMap(({ objectType, uuid }) => objects.get(objectKey(objectType, uuid)) ?? [])
        .filter(isGone);
      if (gone.length === 0) return [];
      return [
        {
          ...operationSubject(record),
          detail: gone
            .map(({ type, uuid, name, state }) => `${type}/${name ?? uuid} is ${state ?? 'not on record'}`)
            .join(', '),
          remedy: `sf-ops abort ${record.uuid}`,
          evidence: { objects: gone.map(({ type, uuid, state }) => ({ object_type: type, uuid, state })) },
        },
      ];
    }),
});

function isGone({ uuid, state, hasRow }: TargetObject): boolean {
  if (uuid === FLOATING_NETWORK) return false;
  return isDeleted(state) || (state === null && hasRow !== true);
}
