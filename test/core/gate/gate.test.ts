import { describe, expect, test } from '@jest/globals';
import type { Check } from '../../../src/core/gate/host-rules.js';
import { isExcused, decide, okayOfAll } from '../../../src/core/gate/gate.js';
import { FLOATING_NETWORK, type NetworkFacts } from '../../../src/core/gate/network.js';
import { blockerOf } from '../../../src/core/operations/blocker.js';
import type { TargetedOperation } from '../../../src/core/operations/targeted-operation.js';
import type { OperationRecord } from '../../../src/core/operations/operation-record.js';
import { cluster, NOW, record, related, workRow } from '../operations/records.js';

const network = (state: string | null, more: Partial<NetworkFacts> = {}): NetworkFacts => ({
  uuid: '11111111-1111-4111-8111-111111111111',
  row: { name: 'lan', namespace: 'system', vxid: 1, provideDhcp: true, provideDns: false },
  state,
  ...more,
});

/** An operation that will run, or one that is stuck in this way. */
const operation = (stuck: Partial<OperationRecord> = {}): TargetedOperation => ({
  target: {
    sequenceNumber: 1,
    objectType: 'network',
    uuid: network(null).uuid,
    createdAt: 0,
    observational: false,
  },
  record: record(stuck),
  blocker: blockerOf(record(stuck), cluster(), NOW),
});

const ORPHANED = { work: { value: [] } };

const check = (name: Check['name'], result: Check['result']): Check => ({
  name,
  result,
  detail: `${name} detail`,
});

describe('nothing pending and the machine not looked at: the network’s own state', () => {
  test.each([
    ['created', 'healthy', true, 'nothing is pending and it is created'],
    ['initial', 'not_created', false, 'its state is initial and nothing is pending'],
    ['delete-wait', 'dead', false, 'it is going away (delete-wait)'],
    ['delete_wait', 'dead', false, 'it is going away (delete_wait)'],
    ['error', 'dead', false, 'its state is error'],
    ['deleted', 'dead', false, 'its state is deleted'],
    ['hard-deleted', 'dead', false, 'its state is hard-deleted'],
    ['a state of tomorrow', 'unknown', null, 'its state a state of tomorrow is not known'],
    [null, 'unknown', null, 'it has no state'],
  ] as const)('%s is %s', (state, verdict, okay, reason) => {
    expect(decide(network(state), [], [], false)).toEqual({ verdict, okay, reason });
  });

  test('a network whose row is gone is unknown, whatever its state row says', () => {
    expect(decide(network('created', { row: null }), [], [], false)).toEqual({
      ...{ verdict: 'unknown', okay: null, reason: 'its row in networks is gone' },
    });
  });

  test('the floating network needs no state row', () => {
    expect(decide(network(null, { uuid: FLOATING_NETWORK }), [], [], false).verdict).toBe('healthy');
  });
});

test.each(['created', 'error', 'deleted', null])(
  'a pending operation excuses a network in state %s',
  (state) => {
    const checks = [check('bridge', 'fail'), check('dnsmasq', 'unknown')];
    expect(decide(network(state), [operation()], checks, false)).toMatchObject({
      verdict: 'pending',
      okay: true,
      reason: '1 operation is pending on it',
    });
  },
);

describe('checks of the machine', () => {
  test.each([
    [['fail', 'pass', 'pass'], 'not_created', false],
    [['fail', 'fail', 'fail'], 'not_created', false],
    [['pass', 'fail', 'fail'], 'dnsmasq_not_running', false],
    [['pass', 'skip', 'fail'], 'mesh_drifted', false],
    [['unknown', 'fail', 'pass'], 'dnsmasq_not_running', false],
    [['unknown', 'skip', 'pass'], 'unknown', null],
    [['pass', 'unknown', 'skip'], 'unknown', null],
    [['pass', 'skip', 'skip'], 'healthy', true],
    [['pass', 'pass', 'pass'], 'healthy', true],
  ] as const)('%j is %s', ([bridge, dnsmasq, mesh], verdict, okay) => {
    const checks = [check('bridge', bridge), check('dnsmasq', dnsmasq), check('mesh', mesh)];
    expect(decide(network('created'), [], checks, false)).toMatchObject({ verdict, okay });
  });

  test('do not bring a dead network to life', () => {
    expect(decide(network('error'), [], [check('bridge', 'pass')], false).verdict).toBe('dead');
  });

  test('do not make up for a state that is missing', () => {
    expect(decide(network(null), [], [check('bridge', 'pass')], false).okay).toBeNull();
  });
});

describe('operations that will never run', () => {
  test.each<[string, Partial<OperationRecord>]>([
    ['orphaned', ORPHANED],
    ['a stale claim', { work: { value: [workRow({ claimedAt: NOW - 9999 })] } }],
    ['undrained', { work: { value: [workRow({ queueName: 'nobody' })] } }],
    ['a dependency that failed', { dependsOn: [related('error')] }],
  ])('%s excuses, but not where the operator is strict', (_, stuck) => {
    expect(decide(network('created'), [operation(stuck)], [], false).verdict).toBe('pending');
    const two = [operation(stuck), operation(stuck)];
    expect(decide(network('created'), two, [], true)).toEqual({
      verdict: 'stuck',
      okay: false,
      reason: '2 operations are pending on it, and will not go on',
    });
  });

  test('one of which nobody can tell excuses', () => {
    const unknown = operation({ work: { unknown: 'the queue is too long' } });
    expect(isExcused([unknown], true)).toBe(true);
  });

  test('one that will run beside it still excuses', () => {
    expect(decide(network('created'), [operation(ORPHANED), operation()], [], true).verdict).toBe('pending');
    expect(isExcused([operation(ORPHANED), operation()], true)).toBe(true);
    expect(isExcused([operation(ORPHANED)], true)).toBe(false);
    expect(isExcused([], false)).toBe(false);
  });
});

test.each([
  [[], null],
  [[true, true], true],
  [[true, null], null],
  [[null, false, true], false],
])('of a set, %j is %j', (each, all) => {
  expect(okayOfAll(each)).toBe(all);
});
