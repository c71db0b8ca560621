import { describe, expect, test } from '@jest/globals';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import type { AuditFacts, Topic } from '../../../src/audit/rules/facts.js';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import {
  cluster,
  node,
  NOW,
  OPERATION,
  OTHER,
  related,
  state,
  workRow,
} from '../../core/operations/records.js';
import { schema } from '../doctor/site.js';
import { active, activity, audit, facts, MIN_AGE, NETWORK, SETTLED, stray, target } from './activity.js';

const HOUR = 3600;
const uuidOf = (index: number): string => OPERATION.replace(/1$/, String(index));
/** So many operations, each with the same thing wrong. */
const many = (count: number, more: Parameters<typeof active>[0], all = cluster()): AuditFacts =>
  activity(Array.from({ length: count }, (_, index) => active({ ...more, uuid: uuidOf(index) }, all)));
const leftovers = (more: object): AuditFacts => {
  const nothing = { headersWithoutState: [], statesWithoutHeader: [], targetsWithoutOperation: [] };
  return { ...activity([]), leftovers: { value: { ...nothing, ...more } } };
};
const times = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));

/** How each rule says that nothing is wrong, that one thing is, and that two are; and facts in which so many are. */
const SENTENCES: readonly [AuditRuleId, string, string, string, (count: number) => AuditFacts][] = [
  [
    'orphaned-operation',
    'Every active operation has a work row.',
    '1 active operation has no work row.',
    '2 active operations have no work row.',
    (count) => many(count, { work: { value: [] } }),
  ],
  [
    'stale-claim',
    'No claim is older than Shaken Fist allows.',
    '1 claim is older than Shaken Fist allows.',
    '2 claims are older than Shaken Fist allows.',
    (count) => many(count, { work: { value: [workRow({ claimedAt: NOW - HOUR })] } }),
  ],
  [
    'undrained-queue',
    'Somebody takes work from every queue that has some.',
    '1 queue has work that nobody takes.',
    '2 queues have work that nobody takes.',
    (count) =>
      activity(times(count, (i) => active({ work: { value: [workRow({ queueName: `queue ${i}` })] } }))),
  ],
  [
    'blocked-dependency',
    'No operation waits for one that cannot complete.',
    '1 operation waits for one that cannot complete.',
    '2 operations wait for others that cannot complete.',
    (count) => many(count, { dependsOn: [related('error')] }),
  ],
  [
    'dependency-cycle',
    'No operations wait for each other in a circle.',
    '1 operation waits for itself in a circle.',
    '2 operations wait for each other in a circle.',
    (count) =>
      activity(
        times(count, (i) => {
          const uuid = uuidOf((i + 1) % count);
          return active({ uuid: uuidOf(i), dependsOn: [related('queued', { uuid })] });
        }),
      ),
  ],
  [
    'missing-targets',
    'Every active operation has a target row for each of its objects.',
    '1 active operation lacks target rows.',
    '2 active operations lack target rows.',
    (count) =>
      activity(
        times(count, () => {
          const one = active();
          const stored = { ...one.record.header!.stored, fields: { network_uuid: NETWORK } };
          return active({ header: { ...one.record.header!, stored } });
        }),
      ),
  ],
  [
    'header-without-state',
    'Every operation that was looked at has a state.',
    '1 operation has a header and no state.',
    '2 operations have a header and no state.',
    (count) =>
      leftovers({
        headersWithoutState: times(count, (i) => ({
          type: 'net_op',
          uuid: uuidOf(i),
          state: null,
          since: 0,
        })),
      }),
  ],
  [
    'state-without-header',
    'Every state that was looked at belongs to an operation.',
    '1 state belongs to no operation.',
    '2 states belong to no operation.',
    (count) => many(count, { header: null }),
  ],
  [
    'work-without-operation',
    'Every work row names an operation that exists.',
    '1 work row names no operation that exists.',
    '2 work rows name no operation that exists.',
    (count) => {
      const { activity: looked } = stray();
      const [one] = looked !== null && 'value' in looked ? looked.value.strayWork : [];
      return activity([], { strayWork: times(count, () => one!) });
    },
  ],
  [
    'targets-without-operation',
    'Every target row leads to an operation that is on record.',
    '1 operation is gone and has target rows left.',
    '2 operations are gone and have target rows left.',
    (count) =>
      leftovers({
        targetsWithoutOperation: times(count, (i) => ({
          ...{ sequenceNumber: i, operation: { uuid: uuidOf(i), type: 'net_op' } },
          ...{ object: { type: 'network', uuid: NETWORK }, createdAt: SETTLED },
        })),
      }),
  ],
  [
    'object-gone',
    'No active operation works on an object that is gone.',
    '1 active operation works on an object that is gone.',
    '2 active operations work on an object that is gone.',
    (count) =>
      activity(
        times(count, () => active({ targets: [target('network', NETWORK)] })),
        {
          objects: new Map([
            [`network ${NETWORK}`, { type: 'network', uuid: NETWORK, name: null, state: null, hasRow: null }],
          ]),
        },
      ),
  ],
  [
    'held-by-stuck',
    'No network is held by operations that will never run.',
    '1 network is held only by operations that will not go on.',
    '2 networks are held only by operations that will not go on.',
    (count) =>
      activity(times(count, (i) => active({ work: { value: [] }, targets: [target('network', uuidOf(i))] }))),
  ],
  [
    'unknown-state',
    'Every operation is in a state that is known.',
    '1 operation is in a state that is not known.',
    '2 operations are in a state that is not known.',
    (count) => {
      const value = times(count, () => ({
        type: 'net_op',
        uuid: OPERATION,
        state: 'paused',
        since: SETTLED,
      }));
      return facts({ unknownStates: { value } });
    },
  ],
  [
    'future-time',
    'Nothing is dated in the future.',
    '1 operation is dated in the future.',
    '2 operations are dated in the future.',
    (count) => many(count, { state: state('queued', { since: NOW + HOUR }) }),
  ],
  [
    'quiesced-network',
    'Shaken Fist has given up on no network.',
    'Shaken Fist has given up on 1 network.',
    'Shaken Fist has given up on 2 networks.',
    (count) => {
      const value = times(count, () => ({ uuid: NETWORK, name: null, failed: [OTHER], lastFailedAt: 0 }));
      return facts({ quiesced: { value } });
    },
  ],
  [
    'claim-of-dead-node',
    'Every claim was handed out by a node that is alive.',
    '1 claim was handed out by a node that is gone.',
    '2 claims were handed out by a node that is gone.',
    (count) => many(count, { work: { value: [workRow({ claimedAt: NOW - 600, claimedBy: 'sf-9' })] } }),
  ],
  [
    'newer-version-than-workers',
    'Workers accept the version of every active operation, as far as they publish what they accept.',
    '1 active operation has a version that some worker refuses.',
    '2 active operations have a version that some worker refuses.',
    (count) => {
      const { header } = active().record;
      const stored = { ...header!.stored, version: 3 };
      const operations = times(count, () => active({ header: { ...header!, stored } }));
      return { ...activity(operations), accepted: { value: new Map([['net_op', 2]]) } };
    },
  ],
  [
    'retention-not-enforced',
    'Target rows older than the retention are removed.',
    'Target rows are kept longer than the retention.',
    'Target rows are kept longer than the retention.',
    (count) => {
      const oldest = count === 0 ? null : NOW - 100 * HOUR;
      const value = { retentionSeconds: HOUR, everySeconds: HOUR, overdue: count, more: false, oldest };
      return facts({ retention: { value } });
    },
  ],
];

describe.each(SENTENCES)('%s', (id, none, one, two, wrong) => {
  test('says how many it found', () => {
    expect(audit(id, wrong(0))).toMatchObject({ result: 'pass', title: none, subjects: [] });
    expect(audit(id, wrong(1))).toMatchObject({ result: 'fail', title: one });
    expect(audit(id, wrong(2))).toMatchObject({ result: 'fail', title: two });
  });
});

/** What is to be pasted against the first of those that a rule accuses; of those with a repair, the repair. */
const REMEDIES: Partial<Record<AuditRuleId, string>> = {
  'orphaned-operation': `sf-ops requeue ${uuidOf(0)}`,
  'stale-claim': `sf-ops requeue ${uuidOf(0)}`,
  'undrained-queue': `sf-ops explain ${OPERATION}`,
  'blocked-dependency': `sf-ops explain ${uuidOf(0)}`,
  'dependency-cycle': `sf-ops graph ${uuidOf(0)}`,
  'object-gone': `sf-ops abort ${OPERATION}`,
  'held-by-stuck': `sf-ops explain network ${uuidOf(0)}`,
  'unknown-state': `sf-ops show ${OPERATION}`,
  'future-time': `sf-ops requeue ${uuidOf(0)}`,
  'quiesced-network': `sf-ops show ${OTHER}`,
  'claim-of-dead-node': `sf-ops requeue ${uuidOf(0)}`,
  'newer-version-than-workers': `sf-ops show ${OPERATION}`,
  'retention-not-enforced': 'sf-ops prune',
};

test.each(SENTENCES)('%s has a remedy to be pasted', (id, _none, _one, _two, wrong) => {
  const remedy = REMEDIES[id] ?? `sf-ops audit --fix ${id}`;
  const finding = audit(id, wrong(1));
  expect(finding.remedy).toBe(remedy);
  expect(finding.subjects).toMatchObject([{ remedy }]);
});

test('every other rule is about a table', () => {
  const others = AUDIT_RULES.filter(({ id }) => !SENTENCES.some(([known]) => known === id));
  expect(others.map(({ id, topic }) => [id, topic])).toEqual([
    ['version-without-key', 'schema'],
    ['missing-enum-label', 'schema'],
  ]);
});

describe.each(AUDIT_RULES)('$id', ({ id, topic, severity }) => {
  test('where its facts were not looked at, is skipped', () => {
    const title = topic === 'leftovers' ? 'It takes a pass over whole tables: --deep.' : 'Not looked at.';
    expect(audit(id, facts())).toMatchObject({ severity, result: 'skip', title });
  });

  test('where they could not be seen, cannot tell', () => {
    const hidden = facts({ [topic]: { unknown: 'the table is locked' } });
    expect(audit(id, hidden)).toMatchObject({
      result: 'unknown',
      title: 'Cannot tell: the table is locked.',
    });
  });
});

test('the topics that a rule looks at besides its own', () => {
  const further = AUDIT_RULES.flatMap(({ id, needs = [] }) =>
    needs.map((topic): [string, Topic] => [id, topic]),
  );
  expect(further).toEqual([['newer-version-than-workers', 'accepted']]);
});

test('what can look so while rows are being written or removed takes two looks', () => {
  expect(AUDIT_RULES.flatMap(({ id, fleeting }) => (fleeting === true ? [id] : []))).toEqual([
    ...['orphaned-operation', 'missing-targets', 'header-without-state', 'state-without-header'],
    ...['work-without-operation', 'held-by-stuck'],
  ]);
});

describe('rules about a table', () => {
  test('pass where doctor does, and where doctor only warns', () => {
    const stampedOne = schema({ versions: { value: new Map([['cluster_operation_targets', 1]]) } });
    for (const value of [schema(), stampedOne]) {
      const finding = audit('version-without-key', facts({ schema: { value } }));
      expect(finding).toMatchObject({ result: 'pass', subjects: [] });
    }
    expect(audit('missing-enum-label', facts({ schema: { value: schema() } })).result).toBe('pass');
  });

  test('name the table where doctor finds an error', () => {
    const tables = new Map(schema().tables);
    tables.set('cluster_operation_targets', { ...tables.get('cluster_operation_targets')!, keys: [] });
    const finding = audit('version-without-key', facts({ schema: { value: schema({ tables }) } }));
    expect(finding).toMatchObject({ result: 'fail', remedy: 'sf-ops migrate plan widen-it' });
    expect(finding.subjects).toEqual([
      {
        ...{ type: 'table', uuid: null, name: 'cluster_operation_targets', detail: finding.title },
        remedy: 'sf-ops migrate plan widen-it',
      },
    ]);
    const states = tables.get('object_states')!;
    const columns = new Map(states.columns);
    columns.set('object_type', { ...columns.get('object_type')!, labels: ['NETWORK'] });
    tables.set('object_states', { ...states, columns });
    const labels = audit('missing-enum-label', facts({ schema: { value: schema({ tables }) } }));
    expect(labels).toMatchObject({
      result: 'fail',
      subjects: [{ name: 'object_states', remedy: labels.remedy }],
    });
    expect(labels.remedy).toMatch(/^Start sf-database/);
  });

  test('cannot tell where doctor cannot', () => {
    const value = schema({ tables: new Map() });
    expect(audit('version-without-key', facts({ schema: { value } })).result).toBe('unknown');
  });
});

test('the least age is asked of what is judged, and no more', () => {
  const orphan = (age: number): string =>
    audit(
      'orphaned-operation',
      many(1, { work: { value: [] }, state: state('queued', { since: NOW - age }) }),
    ).result;
  expect([orphan(MIN_AGE), orphan(MIN_AGE - 1)]).toEqual(['fail', 'pass']);
  expect(audit('orphaned-operation', stray({ operation: { uuid: OTHER, type: 'x' } })).result).toBe('pass');
  expect(audit('claim-of-dead-node', activity([active()], { cluster: cluster([node()]) })).result).toBe(
    'pass',
  );
});
