import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../../src/migrations/preflight/rule.js';
import {
  HEALTH_STATUS,
  membershipVerdicts,
  nodeVerdicts,
  unseenVerdicts,
  type NodeHealth,
} from '../../../src/migrations/preflight/verdicts/galera-health.js';

const HEALTHY: Record<string, string> = {
  wsrep_cluster_status: 'Primary',
  wsrep_local_state_comment: 'Synced',
  wsrep_flow_control_paused: '0.02',
  wsrep_cluster_conf_id: '7',
};
const health = (more: Record<string, string> = {}, method = 'TOI'): NodeHealth => ({
  status: new Map(Object.entries({ ...HEALTHY, ...more })),
  method,
});
const lines = (verdicts: readonly Verdict[]): string[] =>
  verdicts.map(({ result, severity, title }) => `${severity ?? 'error'} ${result}: ${title}`);

describe('a node', () => {
  test('that is Primary, Synced and hardly ever held up is healthy', () => {
    expect(nodeVerdicts('db1', health())).toEqual([]);
    expect(nodeVerdicts('db1', health({ wsrep_flow_control_paused: '0.1' }))).toEqual([]);
    expect(Object.keys(HEALTHY)).toEqual(HEALTH_STATUS);
  });

  test.each<[NodeHealth, string[]]>([
    [health({ wsrep_cluster_status: 'non-Primary' }), ['error fail: db1 is non-Primary, not Primary.']],
    [
      health({ wsrep_local_state_comment: 'Donor/Desynced' }),
      ['error fail: db1 is Donor/Desynced, not Synced.'],
    ],
    [health({}, 'RSU'), ['error fail: db1 has wsrep_OSU_method RSU: a change would reach only one node.']],
    [
      health({ wsrep_flow_control_paused: '0.256' }),
      ['warning fail: db1 was held up by flow control 26 % of the time.'],
    ],
    [{ status: new Map(), method: 'TOI' }, ['error fail: db1 is unknown, not Primary.']],
    [
      { status: new Map([['wsrep_cluster_status', 'Primary']]), method: 'TOI' },
      ['error fail: db1 is unknown, not Synced.'],
    ],
    [
      health({ wsrep_cluster_status: 'Disconnected', wsrep_flow_control_paused: '1' }, 'RSU'),
      [
        'error fail: db1 is Disconnected, not Primary.',
        'error fail: db1 has wsrep_OSU_method RSU: a change would reach only one node.',
        'warning fail: db1 was held up by flow control 100 % of the time.',
      ],
    ],
  ])('is told what is wrong: %#', (node, said) => {
    expect(lines(nodeVerdicts('db1', node))).toEqual(said);
  });
});

test('a membership that differs between two nodes or two looks is changing', () => {
  expect(membershipVerdicts([health(), health(), health()])).toEqual([]);
  expect(lines(membershipVerdicts([health(), health({ wsrep_cluster_conf_id: '8' })]))).toEqual([
    'error fail: The membership of the cluster is changing right now.',
  ]);
});

describe('nodes that nobody could look at', () => {
  const silent = (address: string) => ({ address, reason: 'timed out.', isUnfit: false });
  const unfit = { address: 'db2:3306', reason: 'db2 is not Synced.', isUnfit: true };

  test('are none where all were looked at', () => {
    expect(unseenVerdicts([], 0, 3)).toEqual([]);
    // An address that is silent but is none of the cluster's.
    expect(unseenVerdicts([silent('old:3306')], 0, 3)).toEqual([]);
  });

  test('fail where they answered that they are unfit', () => {
    expect(lines(unseenVerdicts([unfit], 1, 3))).toEqual(['error fail: db2 is not Synced.']);
  });

  test('are counted, with the reasons that are known', () => {
    const some = unseenVerdicts([silent('db2:3306'), silent('db3:3306')], 2, 3);
    expect(lines(some)).toEqual([
      'error unknown: Cannot tell: 2 of 3 nodes could not be looked at. db2:3306: timed out. db3:3306: timed out.',
    ]);
    expect(lines(unseenVerdicts([unfit], 2, 3))).toEqual([
      'error fail: db2 is not Synced.',
      'error unknown: Cannot tell: 1 of 3 nodes could not be looked at.',
    ]);
  });
});
