import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cyclesOf } from '../../../src/audit/rules/dependency-cycle.js';
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
import { accused, active, activity, audit, FRESH, NETWORK, SETTLED, target } from './activity.js';

const NO_WORK = { work: { value: [] } };

test('an orphan is accused from the least age on, with its state', () => {
  const orphan = (since: number) => activity([active({ ...NO_WORK, state: state('executing', { since }) })]);
  expect(accused('orphaned-operation', orphan(FRESH))).toEqual([]);
  expect(audit('orphaned-operation', orphan(SETTLED)).subjects).toMatchObject([
    {
      ...{ type: 'net_op', uuid: OPERATION, name: null, detail: 'executing for 30s, no work row' },
      evidence: { state: 'executing', since: SETTLED },
    },
  ]);
});

test('an operation whose type no row tells is called an operation', () => {
  expect(audit('orphaned-operation', activity([active({ ...NO_WORK, type: null })])).subjects).toMatchObject([
    { type: 'operation' },
  ]);
});

test('a stale claim tells whose it is, how old, and what the limit is', () => {
  const claim = workRow({ claimedAt: NOW - 7200, claimedBy: 'sf-1', attempts: 3 });
  const { subjects } = audit('stale-claim', activity([active({ work: { value: [claim] } }), active()]));
  expect(subjects).toMatchObject([
    {
      detail: 'claimed by sf-1 for 2h00m',
      evidence: {
        ...{ claimed_at: NOW - 7200, claimed_by: 'sf-1', attempts: 3 },
        queue_name: 'networknode-clusteroperation-user_facing',
        limit_seconds: 1800,
      },
    },
  ]);
  const nobodys = active({ work: { value: [{ ...claim, claimedBy: null }] } });
  expect(accused('stale-claim', activity([nobodys]))).toEqual(['claimed by nobody for 2h00m']);
});

describe('a queue that nobody drains', () => {
  const waiting = (uuid: string, scheduledAt: number, queueName = 'nobody') =>
    active({ uuid, work: { value: [workRow({ queueName, scheduledAt })] } });

  test('is named once, with all that waits and since when the oldest does', () => {
    const found = audit(
      'undrained-queue',
      activity([waiting(OPERATION, NOW - 60), waiting(OTHER, NOW - 120), waiting(OTHER, NOW - 90), active()]),
    );
    expect(found.subjects).toMatchObject([
      {
        ...{ type: 'queue', uuid: null, name: 'nobody' },
        detail: '3 waiting, the oldest for 2m00s: no daemon looks for a queue of this name',
        evidence: {
          ...{ oldest_scheduled_at: NOW - 120, cause: 'unknown_name' },
          operations: [OPERATION, OTHER, OTHER],
        },
      },
    ]);
  });

  test('is accused from the least age of its work on', () => {
    expect(accused('undrained-queue', activity([waiting(OTHER, FRESH)]))).toEqual([]);
    expect(accused('undrained-queue', activity([waiting(OTHER, SETTLED)]))).toEqual([
      '1 waiting for 30s: no daemon looks for a queue of this name',
    ]);
  });
});

describe('an operation that waits for one that cannot complete', () => {
  test.each<[string | null, boolean]>([
    ['error', true],
    ['abort', true],
    ['deleted', true],
    [null, true],
    ['complete', false],
    ['queued', false],
    ['executing', false],
    ['of tomorrow', false],
  ])('in %j: %p', (value, isHopeless) => {
    const found = accused('blocked-dependency', activity([active({ dependsOn: [related(value)] })]));
    expect(found).toEqual(isHopeless ? [`waits for ${OTHER} (${value ?? 'does not exist'})`] : []);
  });

  test('each is named', () => {
    const two = [related('error'), related('complete'), related(null, { uuid: NETWORK, type: 'node_op' })];
    expect(audit('blocked-dependency', activity([active({ dependsOn: two })])).subjects).toMatchObject([
      {
        ...{ type: 'net_op', uuid: OPERATION, name: null },
        detail: `waits for ${OTHER} (error), ${NETWORK} (does not exist)`,
        evidence: {
          depends_on: [
            { op_type: 'net_op', op_uuid: OTHER, state: 'error' },
            { op_type: 'node_op', op_uuid: NETWORK, state: null },
          ],
        },
      },
    ]);
  });

  test('is left to a worker that has it, or that will look at it in its turn', () => {
    const hopeless = { dependsOn: [related('error')] };
    const ofOld = active().record.header!;
    const old = {
      ...hopeless,
      state: state('queued', { since: SETTLED }),
      header: { ...ofOld, createdAt: SETTLED },
      work: { value: [workRow({ scheduledAt: SETTLED })] },
    };
    const isAccused = (more: object): boolean =>
      accused('blocked-dependency', activity([active({ ...old, ...more })])).length > 0;
    expect(isAccused({})).toBe(true);
    expect(isAccused({ work: { value: [workRow({ scheduledAt: FRESH })] } })).toBe(false);
    expect(isAccused({ work: { value: [workRow({ claimedAt: NOW - 9999 })] } })).toBe(false);
    expect(isAccused({ header: { ...ofOld, createdAt: FRESH } })).toBe(false);
    expect(isAccused({ state: state('queued', { since: FRESH }) })).toBe(false);
    expect(isAccused({ work: { value: [] } })).toBe(true);
    expect(isAccused({ header: null })).toBe(true);
  });
});

describe('operations that wait for each other', () => {
  const waits = (uuid: string, createdAt: number, on: string[], after: string[] = []) => {
    const { header } = active().record;
    return active({
      ...{ uuid, header: { ...header!, createdAt } },
      dependsOn: on.map((other) => related('queued', { uuid: other })),
      runsAfter: after.map((other) => related('queued', { uuid: other, kind: 'runs_after' })),
    });
  };

  test('are all named, with the circle from the oldest on', () => {
    const circle = [
      waits('a', 3, ['b']),
      waits('b', 1, [], ['c']),
      waits('c', 2, ['a']),
      waits('d', 0, ['a']),
    ];
    const { subjects } = audit('dependency-cycle', activity(circle));
    expect(subjects.map(({ uuid, detail, evidence }) => [uuid, detail, evidence])).toEqual(
      ['b', 'c', 'a'].map((uuid) => [uuid, 'in a circle of 3', { cycle: ['b', 'c', 'a'] }]),
    );
  });

  test('one may wait for itself', () => {
    expect(accused('dependency-cycle', activity([waits('a', 0, ['a'])]))).toEqual(['waits for itself']);
  });

  test('those without a header count as the oldest', () => {
    const [old, headless] = [waits('a', 5, ['b']), active({ uuid: 'b', header: null, dependsOn: [] })];
    const both = [
      old,
      { ...headless, record: { ...headless.record, dependsOn: [related('queued', { uuid: 'a' })] } },
    ];
    expect(cyclesOf(both).map((cycle) => cycle.map(({ record: { uuid } }) => uuid))).toEqual([['b', 'a']]);
  });

  test('every circle is found once, and nothing that is on none', () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const names = [0, 1, 2, 3, 4, 5, 6].map(String);
        const of = (name: string): string[] =>
          pairs.filter(([from]) => String(from) === name).map(([, to]) => String(to));
        const cycles = cyclesOf(names.map((name, age) => waits(name, age, of(name))));
        const members = cycles.map((cycle) => cycle.map(({ record: { uuid } }) => uuid));
        const found = members.flat();
        for (const cycle of members)
          for (const one of cycle) expect(of(one).some((other) => cycle.includes(other))).toBe(true);
        // An operation of a circle may be passed over where another circle through it is named.
        const closed = names.filter((name) => reaches(of, name, name));
        expect(closed).toEqual(expect.arrayContaining(found));
        expect(found.length > 0).toBe(closed.length > 0);
      }),
    );
  });

  function reaches(of: (name: string) => string[], from: string, to: string): boolean {
    const seen = new Set(of(from));
    for (const next of seen) for (const further of of(next)) seen.add(further);
    return seen.has(to);
  }
});

describe('a network that is held', () => {
  const holder = (more: object = {}) =>
    active({
      ...NO_WORK,
      targets: [target('network', NETWORK)],
      state: state('queued', { since: SETTLED }),
      ...more,
    });
  const held = (...operations: ReturnType<typeof active>[]): (string | undefined)[] =>
    accused('held-by-stuck', activity(operations));

  test('is accused where nothing that holds it will go on', () => {
    const { header } = active().record;
    const older = holder({ uuid: OTHER, header: { ...header!, createdAt: NOW - 7200 } });
    const stale = holder({ work: { value: [workRow({ claimedAt: NOW - 9999 })] } });
    const objects = new Map([
      [`network ${NETWORK}`, { type: 'network', uuid: NETWORK, name: 'web', state: 'created', hasRow: true }],
    ]);
    const found = audit('held-by-stuck', activity([holder(), older, stale], { objects }));
    expect(found.subjects).toMatchObject([
      {
        ...{ type: 'network', uuid: NETWORK, name: 'web' },
        detail: '3 operations (2 orphaned, 1 stale claim), the oldest for 2h00m',
        evidence: {
          operations: [
            { operation_uuid: OPERATION, reason: 'orphaned' },
            { operation_uuid: OTHER, reason: 'orphaned' },
            { operation_uuid: OPERATION, reason: 'stale_claim' },
          ],
        },
      },
    ]);
  });

  test('is not while one of them goes on, or is too young to be accused', () => {
    expect(held(holder())).toEqual(['1 operation, orphaned for 1m00s']);
    expect(audit('held-by-stuck', activity([holder()])).subjects).toMatchObject([{ name: null }]);
    expect(held(holder(), active({ targets: [target('network', NETWORK)] }))).toEqual([]);
    expect(held(holder({ state: state('queued', { since: FRESH }) }))).toEqual([]);
  });

  test('what is only observed holds nothing, and neither do other objects', () => {
    expect(held(holder({ targets: [target('network', NETWORK, { observational: true })] }))).toEqual([]);
    expect(held(holder({ targets: [target('instance', NETWORK)] }))).toEqual([]);
  });

  test('an operation of unknown age is as old as now', () => {
    const ageless = holder({ header: null });
    const targets = [{ ...target('network', NETWORK), createdAt: undefined as never }];
    expect(held({ ...ageless, record: { ...ageless.record, targets } })).toEqual([
      '1 operation, orphaned for 0s',
    ]);
  });
});

test('who drains a queue is asked of the cluster as it is', () => {
  const off = cluster([node({ lastSeen: NOW - 9999 })]);
  const all = activity([active({}, off)], { cluster: off });
  expect(audit('undrained-queue', all).subjects).toMatchObject([{ evidence: { cause: 'no_consumer_runs' } }]);
});
