import { describe, expect, test } from '@jest/globals';
import {
  maintenanceOf,
  type EndedOperation,
  type MaintenanceFacts,
} from '../../src/core/gate/maintenance.js';
import { blockerOf } from '../../src/core/operations/blocker.js';
import type { TargetedOperation } from '../../src/core/operations/targeted-operation.js';
import { cluster, node, NOW, record } from './operations/records.js';

const ended = (state: string, secondsAgo: number): EndedOperation => ({
  uuid: `${state} ${secondsAgo}`,
  state,
  endedAt: NOW - secondsAgo,
  message: null,
});
const failures = (count: number): EndedOperation[] =>
  Array.from({ length: count }, (_, index) => ended('error', 100 * (index + 1)));

function pending(more: Parameters<typeof record>[0] = {}): TargetedOperation {
  const target = {
    sequenceNumber: 1,
    objectType: 'network',
    uuid: 'n',
    createdAt: NOW,
    observational: false,
  };
  return { target, record: record(more), blocker: blockerOf(record(more), cluster(), NOW) };
}

function facts(more: Partial<MaintenanceFacts> = {}, state: string | null = 'created'): MaintenanceFacts {
  const row = { name: 'lan', namespace: 'system', vxid: 1, provideDhcp: true, provideDns: false };
  return {
    network: { uuid: 'n', row, state },
    stateSince: NOW - 3600,
    pending: [],
    ended: [],
    cluster: cluster(),
    ...more,
  };
}

const reason = (more: Partial<MaintenanceFacts> = {}, state: string | null = 'created'): string =>
  maintenanceOf(facts(more, state), NOW).reason;

describe('why nobody repairs a network, in the order of its maintainer', () => {
  test('each question by itself, at its limit', () => {
    expect(reason()).toBe('healthy');
    expect(reason({ stateSince: null })).toBe('healthy');
    expect(reason({ stateSince: NOW - 59.9 })).toBe('recently_changed');
    expect(reason({ stateSince: NOW - 60 })).toBe('healthy');
    expect(reason({ pending: [pending()] })).toBe('pending');
    expect(reason({ ended: [ended('error', 59.9)] })).toBe('recent_failure');
    expect(reason({ ended: [ended('error', 60)] })).toBe('healthy');
    expect(reason({ ended: [ended('complete', 1)] })).toBe('healthy');
    expect(reason({ ended: failures(5) })).toBe('quiesced');
    expect(reason({ ended: failures(4) })).toBe('healthy');
    expect(reason({ cluster: cluster([node({ lastSeen: null })]) })).toBe('no_maintainer');
    expect(reason({}, 'error')).toBe('not_maintained');
    expect(reason({}, null)).toBe('not_maintained');
  });

  test('an earlier one hides every later one', () => {
    const all: Partial<MaintenanceFacts> = {
      stateSince: NOW - 10,
      pending: [pending()],
      ended: [ended('error', 10), ...failures(5)],
      cluster: cluster([node({ isNetworkNode: false })]),
    };
    const order = [
      'recently_changed',
      'pending',
      'recent_failure',
      'quiesced',
      'no_maintainer',
      'not_maintained',
    ];
    const heal: Partial<MaintenanceFacts>[] = [
      {},
      { stateSince: NOW - 3600 },
      { pending: [] },
      { ended: failures(5) },
      { ended: [ended('complete', 500), ...failures(5)] },
      { cluster: cluster() },
    ];
    let state = all;
    expect(
      heal.map((more) => {
        state = { ...state, ...more };
        return reason(state, 'error');
      }),
    ).toEqual(order);
  });

  test('one that succeeded among the last five lets it go on, one before them does not', () => {
    expect(reason({ ended: [...failures(4), ended('complete', 900)] })).toBe('healthy');
    expect(reason({ ended: [...failures(5), ended('complete', 900)] })).toBe('quiesced');
    expect(reason({ ended: [...failures(2), ended('abort', 300), ...failures(3)] })).toBe('healthy');
  });

  test('of the pending ones those that are stuck come first', () => {
    const [running, stuck] = [pending(), pending({ work: { value: [] } })];
    expect(maintenanceOf(facts({ pending: [running, stuck] }), NOW)).toEqual({
      reason: 'pending',
      operations: [stuck, running],
    });
  });

  test('the network node decides, and without any node on record nothing is said', () => {
    const other = node({ uuid: 'b', fqdn: 'sf-2', isNetworkNode: false });
    expect(maintenanceOf(facts({ cluster: cluster([other]) }), NOW)).toEqual({
      reason: 'no_maintainer',
      consumers: [],
    });
    expect(reason({ cluster: cluster([other, node()]) })).toBe('healthy');
    expect(reason({ cluster: cluster([]) })).toBe('healthy');
    const stopped = node({ daemons: new Map([['net', 'daemon-stopped']]) });
    expect(maintenanceOf(facts({ cluster: cluster([stopped]) }), NOW)).toMatchObject({
      consumers: [{ daemon: 'net', problem: { kind: 'stopped' } }],
    });
  });
});
