import { auditRule, counted, operationSubject } from './rule.js';

export const newerVersionThanWorkers = auditRule({
  id: 'newer-version-than-workers',
  topic: 'activity',
  needs: ['accepted'],
  severity: 'error',
  title: 'workers accept the version of every active operation',
  why: 'A worker that meets a version newer than it knows fails and deletes the work row: the operation becomes an orphan.',
  examples: [
    'An operation was written by a newer Shaken Fist, or a newer sf-ops, than some node runs.',
    'An upgrade of the nodes was left half done.',
  ],
  remedy:
    'Finish the upgrade of the nodes, or sf-ops abort OPERATION and enqueue it again with this version of sf-ops.',
  fix: null,
  found: (count) =>
    `${counted(count, 'active operation has', 'active operations have')} a version that some worker refuses.`,
  none: 'Workers accept the version of every active operation, as far as they publish what they accept.',
  look: ({ operations }, { accepted }) => {
    const versions = accepted !== null && 'value' in accepted ? accepted.value : new Map<string, number>();
    return operations.flatMap(({ record }) => {
      const version = record.header?.stored.version ?? null;
      const newest = versions.get(record.type ?? '');
      if (version === null || newest === undefined || version <= newest) return [];
      return [
        {
          ...operationSubject(record),
          detail: `version ${version}, and a living node accepts no more than ${newest}`,
          remedy: `sf-ops show ${record.uuid}`,
          evidence: { version, accepted: newest },
        },
      ];
    });
  },
});
