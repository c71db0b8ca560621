import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  blockerOf,
  isStuck,
  type Blocker,
  type BlockerReason,
} from '../../../src/core/operations/blocker.js';
import { cycleThrough } from '../../../src/core/operations/dependency-graph.js';
import type { OperationRecord } from '../../../src/core/operations/operation-record.js';
import { cluster, node, NOW, OPERATION, OTHER, QUEUE, record, related, state, workRow } from './records.js';

const blocker = (more: Partial<OperationRecord> = {}, nodes = [node()]): Blocker =>
  blockerOf(record(more), cluster(nodes), NOW);
const reason = (more: Partial<OperationRecord> = {}): BlockerReason => blocker(more).reason;
const claimed = (secondsAgo: number, more = {}): ReturnType<typeof workRow> =>
  workRow({ claimedAt: NOW - secondsAgo, claimedBy: 'sf-1', attempts: 1, ...more });
const ACTIVE = ['queued', 'preflight', 'executing'];

describe('an operation that has ended', () => {
  const since = NOW - 60;
  test.each<[string, Parameters<typeof record>[0], Partial<Blocker>]>([
    ['complete', { state: state('complete') }, { reason: 'complete', since }],
    [
      'complete with a sibling',
      { state: state('complete', { message: 'coalesced into sibling op' }) },
      { reason: 'folded', since, message: 'coalesced into sibling op' },
    ],
    [
      'complete, with another message',
      { state: state('complete', { message: 'well done' }) },
      { reason: 'complete', since },
    ],
    [
      'abort',
      { state: state('abort', { message: 'by hand' }) },
      { reason: 'aborted', since, message: 'by hand' },
    ],
    ['deleted', { state: state('deleted') }, { reason: 'gone', since }],
    ['nothing left', { header: null, state: null }, { reason: 'gone', since: null }],
  ])('%s', (_, more, expected) => {
    expect(blocker(more)).toEqual(expected);
    expect(isStuck(blocker(more))).toBe(false);
  });

  test('error, with its report where there is one', () => {
    const error = { code: 'c', message: 'm', details: null, originClass: null, traceback: null };
    expect(blocker({ state: state('error'), error })).toEqual({
      reason: 'failed',
      since,
      error,
      message: null,
    });
    expect(blocker({ state: state('error', { message: 'short' }) })).toMatchObject({
      error: null,
      message: 'short',
    });
  });

  test('whatever rows are left, an end is an end', () => {
    const left = { work: { value: [claimed(9999)] }, dependsOn: [related('error')] };
    for (const value of ['complete', 'abort', 'error', 'deleted'])
      expect(isStuck(blocker({ ...left, state: state(value) }))).toBe(false);
  });
});

test.each([['initial'], [''], [null]])('state %j is unknown, and so is no state row', (value) => {
  expect(blocker({ state: state(value) })).toEqual({ reason: 'unknown_state', state: value });
  expect(blocker({ state: null })).toEqual({ reason: 'unknown_state', state: null });
});

describe('an operation in a worker’s hands', () => {
  test.each(ACTIVE)('%s and claimed', (value) => {
    const work = claimed(10);
    expect(blocker({ state: state(value), work: { value: [work] } })).toEqual({
      reason: 'running',
      work,
      since: NOW - 10,
    });
  });

  test('a claim that is too old, and one at the limit', () => {
    const work = claimed(1801);
    expect(blocker({ work: { value: [work] } })).toEqual({
      reason: 'stale_claim',
      work,
      since: NOW - 1801,
      limitSeconds: 1800,
    });
    expect(reason({ work: { value: [claimed(1800)] } })).toBe('running');
  });

  test('dependencies and the queue do not matter any more', () => {
    const work = { value: [claimed(10, { queueName: 'nobody' })] };
    expect(reason({ work, dependsOn: [related('error')] })).toBe('running');
  });

  test('of several rows a living claim counts, then one that can be taken, then the dead claim', () => {
    const waiting = workRow({ id: 2, scheduledAt: NOW + 30 });
    expect(reason({ work: { value: [claimed(9999), waiting, claimed(5, { id: 3 })] } })).toBe('running');
    expect(blocker({ work: { value: [claimed(9999), waiting] } })).toMatchObject({
      reason: 'deferred',
      work: waiting,
    });
    expect(reason({ work: { value: [claimed(9999), claimed(5000)] } })).toBe('stale_claim');
  });
});

describe('an operation without a work row', () => {
  const orphan = (since: number, createdAt = NOW - 9999): Blocker =>
    blocker({
      work: { value: [] },
      state: state('executing', { since }),
      header: { ...record().header!, createdAt },
    });

  test('is orphaned, once it is older than a few seconds', () => {
    expect(orphan(NOW - 5)).toEqual({ reason: 'orphaned', state: 'executing', since: NOW - 5 });
    expect(orphan(NOW - 4.9)).toMatchObject({ reason: 'cannot_tell' });
    expect(orphan(NOW - 9999, NOW - 4.9)).toMatchObject({ reason: 'cannot_tell' });
    expect(orphan(NOW + 100)).toMatchObject({ reason: 'cannot_tell' });
  });

  test('whose header is gone as well goes by its state', () => {
    expect(reason({ work: { value: [] }, header: null })).toBe('orphaned');
  });

  test('where the work rows were not looked up nobody can tell, except by what it depends on', () => {
    const work = { unknown: 'the queue is too long' };
    expect(blocker({ work })).toEqual({ reason: 'cannot_tell', why: 'the queue is too long' });
    expect(isStuck(blocker({ work }))).toBe(false);
    expect(reason({ work, dependsOn: [related('error')] })).toBe('blocked_by_failed');
    expect(reason({ work, runsAfter: [related('queued')] })).toBe('waits_for');
  });
});

describe('an operation that waits in its queue', () => {
  test('for its turn, or for a time', () => {
    expect(blocker()).toEqual({ reason: 'waiting_its_turn', work: workRow(), dueSince: NOW - 60 });
    const later = workRow({ scheduledAt: NOW + 1 });
    expect(blocker({ work: { value: [later] } })).toEqual({
      reason: 'deferred',
      work: later,
      until: NOW + 1,
    });
    expect(reason({ work: { value: [workRow({ scheduledAt: NOW })] } })).toBe('waiting_its_turn');
  });

  test('of several rows the one that is due first', () => {
    const [first, second] = [
      workRow({ id: 1, scheduledAt: NOW + 50 }),
      workRow({ id: 2, scheduledAt: NOW + 40 }),
    ];
    expect(blocker({ work: { value: [first, second] } })).toMatchObject({ work: second });
  });

  test('that nobody drains, whatever it waits for there', () => {
    const more = { dependsOn: [related('queued')], work: { value: [workRow({ scheduledAt: NOW + 99 })] } };
    expect(blocker(more, [node({ isNetworkNode: false })])).toEqual({
      reason: 'undrained',
      work: workRow({ scheduledAt: NOW + 99 }),
      why: { cause: 'no_network_node' },
    });
    expect(blocker({ work: { value: [workRow({ queueName: 'x' })] } })).toMatchObject({
      why: { cause: 'unknown_name' },
    });
  });

  test('without a node on record nobody can say who drains it', () => {
    expect(blocker({}, [])).toMatchObject({ reason: 'waiting_its_turn', work: { queueName: QUEUE } });
  });
});

describe('an operation that waits for others', () => {
  test.each<[string | null, BlockerReason, BlockerReason]>([
    ['queued', 'waits_for', 'waits_for'],
    ['preflight', 'waits_for', 'waits_for'],
    ['executing', 'waits_for', 'waits_for'],
    ['of another release', 'waits_for', 'waits_for'],
    ['complete', 'waiting_its_turn', 'waiting_its_turn'],
    ['error', 'blocked_by_failed', 'waiting_its_turn'],
    ['abort', 'blocked_by_failed', 'waiting_its_turn'],
    ['deleted', 'blocked_by_missing', 'waiting_its_turn'],
    [null, 'blocked_by_missing', 'waiting_its_turn'],
  ])('one in %j: depends_on %s, runs_after %s', (value, depends, after) => {
    expect(reason({ dependsOn: [related(value)] })).toBe(depends);
    expect(reason({ runsAfter: [related(value, { kind: 'runs_after' })] })).toBe(after);
  });

  test('names those that hold it, and no other', () => {
    const [failed, done, after] = [
      related('error'),
      related('complete'),
      related('queued', { kind: 'runs_after' }),
    ];
    expect(blocker({ dependsOn: [done, failed], runsAfter: [after] })).toMatchObject({
      operations: [failed],
    });
    expect(blocker({ dependsOn: [done], runsAfter: [after] })).toMatchObject({ operations: [after] });
    expect(blocker({ dependsOn: [failed, related(null)] })).toMatchObject({
      reason: 'blocked_by_missing',
      operations: [related(null)],
    });
  });

  test('waiting for others tells more than the time of the next look', () => {
    const work = { value: [workRow({ scheduledAt: NOW + 30 })] };
    expect(reason({ work, dependsOn: [related('executing')] })).toBe('waits_for');
    expect(reason({ work, dependsOn: [related('complete')] })).toBe('deferred');
  });

  test('in a circle, where the graph shows it; of itself always', () => {
    const waiting = record({ dependsOn: [related('queued')] });
    const graph = new Map([
      [OPERATION, [OTHER]],
      [OTHER, [OPERATION]],
    ]);
    expect(blockerOf(waiting, cluster(), NOW, graph)).toEqual({
      reason: 'cycle',
      operations: [OPERATION, OTHER],
    });
    expect(blockerOf(waiting, cluster(), NOW, new Map([[OPERATION, [OTHER]]])).reason).toBe('waits_for');
    const self = { dependsOn: [related('queued', { uuid: OPERATION })] };
    expect(blocker(self)).toEqual({ reason: 'cycle', operations: [OPERATION] });
  });
});

test('stuck is what will not go on by itself', () => {
  const stuck: BlockerReason[] = [
    reason({ work: { value: [] } }),
    reason({ work: { value: [claimed(9999)] } }),
    reason({ work: { value: [workRow({ queueName: 'x' })] } }),
    reason({ dependsOn: [related('error')] }),
    reason({ dependsOn: [related(null)] }),
    reason({ dependsOn: [related('queued', { uuid: OPERATION })] }),
  ];
  expect(stuck).toEqual([
    'orphaned',
    'stale_claim',
    'undrained',
    'blocked_by_failed',
    'blocked_by_missing',
    'cycle',
  ]);
  const all = { reason: '', operations: [] };
  for (const word of stuck) expect(isStuck({ ...all, reason: word } as unknown as Blocker)).toBe(true);
  for (const word of ['deferred', 'waiting_its_turn', 'running', 'waits_for', 'unknown_state', 'cannot_tell'])
    expect(isStuck({ ...all, reason: word } as unknown as Blocker)).toBe(false);
});

describe('whatever the rows hold', () => {
  const anyState = fc.option(
    fc.record({
      value: fc.oneof(fc.constantFrom(...ACTIVE, 'complete', 'abort', 'error', 'deleted', ''), fc.string()),
      since: fc.double({ min: NOW - 10_000, max: NOW + 10_000, noNaN: true }),
      message: fc.option(fc.string()),
    }),
  );
  const time = fc.double({ min: NOW - 10_000, max: NOW + 10_000, noNaN: true });
  const anyRow = fc
    .record({
      queueName: fc.constantFrom(QUEUE, 'x'),
      scheduledAt: time,
      claimedAt: fc.option(time),
      id: fc.nat(),
    })
    .map(workRow);
  const anyWork = fc.oneof(
    fc.array(anyRow, { maxLength: 3 }).map((value) => ({ value })),
    fc.constant({ unknown: 'not looked up' }),
  );
  const anyRelated = fc.array(
    fc.constantFrom('queued', 'complete', 'error', 'deleted', null).map((value) => related(value)),
    { maxLength: 3 },
  );
  const anyRecord = fc
    .record({ state: anyState, work: anyWork, dependsOn: anyRelated, runsAfter: anyRelated })
    .map((more) => record(more));

  test('there is one reason, and only an active operation is stuck', () => {
    fc.assert(
      fc.property(anyRecord, (one) => {
        const found = blockerOf(one, cluster(), NOW);
        if (!ACTIVE.includes(one.state?.value ?? '')) expect(isStuck(found)).toBe(false);
        if (found.reason === 'orphaned') {
          expect(one.work).toEqual({ value: [] });
          expect(NOW - one.state!.since).toBeGreaterThanOrEqual(5);
        }
        if ('unknown' in one.work)
          expect(['running', 'stale_claim', 'undrained']).not.toContain(found.reason);
      }),
    );
  });

  test('the order of the work rows does not matter to the reason', () => {
    fc.assert(
      fc.property(anyRecord, (one) => {
        if ('unknown' in one.work) return;
        const reversed = { ...one, work: { value: [...one.work.value].reverse() } };
        expect(blockerOf(reversed, cluster(), NOW).reason).toBe(blockerOf(one, cluster(), NOW).reason);
      }),
    );
  });
});

describe('a circle of operations', () => {
  const graphs = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 24 }).map((edges) => {
    const graph = new Map<string, string[]>();
    for (const [from, to] of edges) graph.set(`${from}`, [...(graph.get(`${from}`) ?? []), `${to}`]);
    return graph;
  });

  test('is found if there is one, begins with the operation, and each waits for the next', () => {
    fc.assert(
      fc.property(graphs, fc.nat(8).map(String), (graph, start) => {
        const cycle = cycleThrough(graph, start);
        expect(cycle !== null).toBe(reaches(graph, start, start));
        if (cycle === null) return;
        expect(cycle[0]).toBe(start);
        expect(new Set(cycle).size).toBe(cycle.length);
        for (const [index, from] of cycle.entries())
          expect(graph.get(from)).toContain(cycle[(index + 1) % cycle.length]);
      }),
    );
  });

  test('the shortest of several', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['d', ['a']],
      ['c', ['a']],
    ]);
    expect(cycleThrough(graph, 'a')).toEqual(['a', 'c']);
  });

  function reaches(graph: Map<string, string[]>, from: string, to: string): boolean {
    const seen = new Set<string>();
    const visit = (at: string): boolean =>
      (graph.get(at) ?? []).some(
        (next) => next === to || (!seen.has(next) && Boolean(seen.add(next)) && visit(next)),
      );
    return visit(from);
  }
});
