import { describe, expect, test } from '@jest/globals';
import type { ClusterFacts } from '../../../src/core/cluster-facts.js';
import { decideAbort, decideRequeue, isSameChange, queueFor } from '../../../src/core/operations/change.js';
import { readStoredOperation } from '../../../src/core/operations/read-operation.js';
import type { OperationRecord, WorkRow } from '../../../src/core/operations/operation-record.js';
import { NODE, OPERATION, OTHER_NODE } from './requests.js';

const NOW = 1_700_000_000;
const LANE = 'networknode-clusteroperation-user_facing';

const cluster = (lastSeen = NOW): ClusterFacts => ({
  nodes: [
    {
      ...{
        uuid: NODE,
        fqdn: 'sf-1',
        ip: '',
        isNetworkNode: true,
        isHypervisor: true,
        installedVersion: null,
      },
      lastSeen,
      daemons: new Map([['net', 'daemon-running']]),
    },
  ],
  checkinMaximumSeconds: 120,
  staleClaimSeconds: 1800,
});

const row = (changes: Partial<WorkRow> = {}): WorkRow => ({
  ...{
    id: 7,
    queueName: LANE,
    scheduledAt: NOW - 60,
    claimedAt: null,
    claimedBy: null,
    attempts: 0,
    deferCount: 0,
  },
  ...changes,
});

function record(
  state: string | null,
  rows: readonly WorkRow[],
  changes: Partial<OperationRecord> = {},
): OperationRecord {
  return {
    uuid: OPERATION,
    type: 'net_op',
    header: {
      ...{ createdAt: NOW - 3600, priority: 'user_facing', nodeUuid: null, metadataJson: '{}' },
      stored: readStoredOperation('{}'),
    },
    state: { value: state, since: NOW - 3600, message: null },
    work: { value: rows },
    ...{ targets: [], dependsOn: [], runsAfter: [], error: null },
    requiredBy: { unknown: 'not looked for' },
    ...changes,
  };
}

/** Two network nodes, each with something of its own. */
function twoNodes(...changes: object[]): ClusterFacts {
  const [node] = cluster().nodes;
  return { ...cluster(), nodes: changes.map((change) => ({ ...node!, ...change })) };
}

const refused = (why: string) => ({ kind: 'refused', why });

const HOW = { force: false, now: NOW };
const FORCE = { force: true, now: NOW };

/** Why an operation in this state is left as it is. */
const WHY_NOT: Record<string, RegExp> = {
  complete: /^it has ended: complete$/,
  error: /^it has ended: error$/,
  abort: /^it has ended: abort$/,
  deleted: /^it has ended: deleted$/,
  preflight: /^(it is preflight|an operation that is preflight cannot be aborted)$/,
  strange: /^it is in the state strange, which this program does not know$/,
  null: /^it is in the state NULL, which this program does not know$/,
};

describe('requeue', () => {
  test.each(['queued', 'executing'])('an orphan that is %s gets a new work row', (state) => {
    expect(decideRequeue(record(state, []), cluster(), HOW)).toMatchObject({
      ...{ from: state, to: 'queued', queueName: LANE, insert: true, release: null, remove: [] },
    });
  });

  test('a stale claim is released', () => {
    const stale = row({ claimedAt: NOW - 1801 });
    expect(decideRequeue(record('executing', [stale]), cluster(), HOW)).toMatchObject({
      ...{ to: 'queued', release: stale, insert: false },
    });
  });

  test('a fresh claim is not, while its worker may live', () => {
    const fresh = record('executing', [row({ claimedAt: NOW - 60 })]);
    expect(decideRequeue(fresh, cluster(), HOW)).toEqual({
      kind: 'refused',
      why: 'a worker claimed it 1m00s ago and may be at work; --force takes it away',
    });
    expect(decideRequeue(fresh, cluster(), FORCE)).toMatchObject({
      to: 'queued',
      remark: expect.stringContaining('twice'),
    });
    const gone = decideRequeue(fresh, twoNodes({ lastSeen: NOW - 999 }, { lastSeen: NOW - 999 }), HOW);
    expect(gone).toEqual({ kind: 'refused', why: expect.stringContaining('nobody would take it') });
    // One of two network nodes is enough for the worker to be alive.
    expect(decideRequeue(fresh, twoNodes({}, { lastSeen: NOW - 999 }), HOW)).toMatchObject({
      kind: 'refused',
    });
  });

  test('a claim of a worker that is gone is taken back without force, and without a remark', () => {
    const claim = row({ claimedAt: NOW - 60, queueName: `${OTHER_NODE}-network-user_facing` });
    expect(decideRequeue(record('executing', [claim]), cluster(), HOW)).toMatchObject({
      ...{ to: 'queued', queueName: LANE, release: claim, remark: null },
    });
  });

  test('without a node on record nothing speaks against it', () => {
    const none = { ...cluster(), nodes: [] };
    expect(decideRequeue(record('queued', []), none, HOW)).toMatchObject({ to: 'queued', insert: true });
    const claim = row({ claimedAt: NOW - 60 });
    expect(decideRequeue(record('executing', [claim]), none, HOW)).toMatchObject({ kind: 'refused' });
  });

  test('work in a queue that nobody drains moves to the one where it belongs, if somebody drains that', () => {
    const lost = row({ queueName: `${OTHER_NODE}-network-user_facing` });
    expect(decideRequeue(record('queued', [lost]), cluster(), HOW)).toMatchObject({
      queueName: LANE,
      release: lost,
    });
    expect(decideRequeue(record('queued', [row()]), cluster(NOW - 999), HOW)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('nobody takes it from its queue: node sf-1 has not checked in'),
    });
    expect(decideRequeue(record('queued', []), cluster(NOW - 999), HOW)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(`nobody would take it from ${LANE}`),
    });
  });

  test.each([
    ['queued', NOW - 60],
    ['queued', NOW + 60],
  ])('what waits is as it should be', (state, scheduledAt) => {
    expect(decideRequeue(record(state, [row({ scheduledAt })]), cluster(), HOW)).toMatchObject({
      kind: 'already',
      why: 'it has a work row that waits for a worker',
    });
  });

  test.each(['complete', 'error', 'abort', 'deleted', 'preflight', 'strange', null])(
    'not what is %p',
    (state) => {
      expect(decideRequeue(record(state, []), cluster(), FORCE)).toEqual({
        kind: 'refused',
        why: expect.stringMatching(WHY_NOT[String(state)]!),
      });
    },
  );

  test('not what cannot be read, or was not looked up', () => {
    const { header } = record('queued', []);
    const why = (part: Partial<OperationRecord>): unknown =>
      decideRequeue(record('queued', [], part), cluster(), HOW);
    const queueless = 'which queue it belongs to cannot be told from its header';
    expect(why({ header: null })).toEqual(
      refused('its header is missing: no worker can run what is left of it'),
    );
    expect(why({ state: null })).toEqual(
      refused('its state is missing: no worker can run what is left of it'),
    );
    expect(why({ state: null, header: null })).toEqual(
      refused('its state is missing: no worker can run what is left of it'),
    );
    expect(why({ type: 'future_op' })).toEqual(refused(queueless));
    expect(why({ header: { ...header!, priority: null } })).toEqual(refused(queueless));
    expect(why({ work: { unknown: 'too long' } })).toEqual(refused('too long'));
    const young = { state: { value: 'queued', since: NOW - 1, message: null } };
    expect(decideRequeue(record('queued', [], young), cluster(), HOW)).toMatchObject({ kind: 'refused' });
  });

  test('to the queue of its node, where it has one', () => {
    const header = { ...record('queued', []).header!, nodeUuid: NODE };
    expect(queueFor(record('queued', [], { header }))).toBe(`${NODE}-network-user_facing`);
    expect(queueFor(record('queued', []))).toBe(LANE);
    expect(queueFor(record('queued', [], { type: 'node_blob_op' }))).toBeNull();
    expect(queueFor(record('queued', [], { header: null }))).toBeNull();
    const blob = { type: 'node_blob_op', header };
    expect(queueFor(record('queued', [], blob))).toBe(`${NODE}-clusteroperation-user_facing`);
  });
});

describe('abort', () => {
  test('a queued one loses its work row', () => {
    const waiting = row();
    expect(decideAbort(record('queued', [waiting]), cluster(), HOW)).toMatchObject({
      ...{ from: 'queued', to: 'abort', queueName: null, remove: [waiting], remark: null },
    });
    expect(decideAbort(record('queued', []), cluster(), HOW)).toEqual({
      ...{ from: 'queued', to: 'abort', queueName: null, remove: [] },
      ...{ release: null, insert: false, remark: null },
    });
  });

  test('one that a worker has needs force, and keeps the row that the worker holds', () => {
    const [held, deferred] = [row({ claimedAt: NOW - 60 }), row({ id: 8, scheduledAt: NOW + 60 })];
    const executing = record('executing', [held, deferred]);
    expect(decideAbort(executing, cluster(), HOW)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('claimed it 1m00s ago'),
    });
    expect(decideAbort(executing, cluster(), FORCE)).toMatchObject({
      ...{
        to: 'abort',
        queueName: LANE,
        remove: [deferred],
        remark: expect.stringContaining('what it does is done'),
      },
    });
  });

  test('a claim that is stale, or of a worker that is gone, protects nothing', () => {
    const stale = row({ claimedAt: NOW - 1801 });
    const fresh = row({ claimedAt: NOW - 1800 });
    expect(decideAbort(record('executing', [fresh]), cluster(), HOW)).toMatchObject({ kind: 'refused' });
    expect(decideAbort(record('executing', [stale]), cluster(), HOW)).toMatchObject({ remove: [stale] });
    const dead = row({ claimedAt: NOW - 60 });
    expect(decideAbort(record('executing', [dead]), cluster(NOW - 999), HOW)).toMatchObject({
      remove: [dead],
    });
  });

  test.each([
    ['abort', 'already'],
    ['complete', 'refused'],
    ['error', 'refused'],
    ['deleted', 'refused'],
    ['preflight', 'refused'],
    ['strange', 'refused'],
    [null, 'refused'],
  ])('what is %p stays so', (state, kind) => {
    const why = kind === 'already' ? /^it is aborted$/ : WHY_NOT[String(state)]!;
    expect(decideAbort(record(state, []), cluster(), FORCE)).toEqual({
      kind,
      why: expect.stringMatching(why),
    });
  });

  test('what cannot be seen whole stays so', () => {
    const abort = (part: Partial<OperationRecord>): unknown =>
      decideAbort(record('queued', [], part), cluster(), FORCE);
    expect(abort({ work: { unknown: 'too long' } })).toEqual(refused('too long'));
    expect(abort({ state: null })).toMatchObject({ kind: 'refused' });
    expect(abort({ header: null })).toMatchObject({ kind: 'refused' });
  });
});

test('a second look that sees another row, another claim or another state is another change', () => {
  const look = (state: string, rows: WorkRow[]) => decideAbort(record(state, rows), cluster(), FORCE);
  const first = look('queued', [row()]);
  expect(isSameChange(first, look('queued', [row()]))).toBe(true);
  expect(isSameChange(first, look('executing', [row()]))).toBe(false);
  expect(isSameChange(first, look('queued', [row({ id: 9 })]))).toBe(false);
  expect(isSameChange(first, look('queued', []))).toBe(false);
  expect(isSameChange(first, look('complete', [row()]))).toBe(false);
  expect(isSameChange(look('complete', [row()]), first)).toBe(false);
  expect(isSameChange(look('complete', []), look('complete', []))).toBe(false);
  const orphan = decideRequeue(record('queued', []), cluster(), HOW);
  expect(isSameChange(orphan, look('queued', []))).toBe(false);
  expect(isSameChange(orphan, decideRequeue(record('queued', []), cluster(), HOW))).toBe(true);
});
