import { describe, expect, test } from '@jest/globals';
import type { RetentionFacts } from '../../../src/audit/rules/facts.js';
import { cluster, node, NODE, NOW, OPERATION, OTHER, QUEUE, workRow } from '../../core/operations/records.js';
import { accused, active, activity, audit, facts, FRESH, NETWORK, SETTLED } from './activity.js';

describe('a claim of a node that is gone', () => {
  const claim = (claimedBy: string | null, claimedAt: number | null, nodes = [node()]) =>
    activity([active({ work: { value: [workRow({ claimedBy, claimedAt })] } })], { cluster: cluster(nodes) });
  const found = (...all: Parameters<typeof claim>) => accused('claim-of-dead-node', claim(...all));
  const dead = [node({ lastSeen: NOW - 7200 })];

  test('tells who handed it out, and when that was last seen', () => {
    expect(audit('claim-of-dead-node', claim('sf-1', NOW - 60, dead)).subjects).toMatchObject([
      {
        ...{ type: 'net_op', uuid: OPERATION, name: null },
        detail: 'claimed 1m00s ago by sf-1, which was last seen 2h00m ago',
        evidence: { claimed_at: NOW - 60, claimed_by: 'sf-1', queue_name: QUEUE },
      },
    ]);
    expect(found('sf-1', NOW - 60, [node({ lastSeen: null })])).toEqual([
      'claimed 1m00s ago by sf-1, which never checked in',
    ]);
  });

  test('a node goes by its full name, the first part of it, or its uuid', () => {
    const full = [
      node({ fqdn: 'sf-1.example.com', lastSeen: NOW - 7200 }),
      node({ uuid: OTHER, fqdn: 'sf-2' }),
    ];
    for (const name of ['sf-1', 'sf-1.example.com', NODE])
      expect(found(name, NOW - 60, full)[0]).toContain('which was last seen');
    for (const name of ['sf-2', OTHER]) expect(found(name, NOW - 9999, full)).toEqual([]);
    expect(found('sf', NOW - 9999, full)[0]).toContain('which is not on record');
  });

  test('a name that is not on record is accused when the claim is older than a check-in may be', () => {
    expect(found('sf-9', NOW - 120)).toEqual([]);
    expect(found('sf-9', NOW - 121)).toEqual(['claimed 2m01s ago by sf-9, which is not on record']);
    expect(found('sf-9', NOW - 9999, [])).toEqual([]);
  });

  test('nothing is accused that is alive, fresh, or no claim', () => {
    expect(found('sf-1', NOW - 9999)).toEqual([]);
    expect(found('sf-1', FRESH, dead)).toEqual([]);
    expect(found('sf-1', SETTLED, dead)).toHaveLength(1);
    expect(found('sf-1', null, dead)).toEqual([]);
    expect(found(null, NOW - 9999, dead)).toEqual([]);
    const unseen = active({ work: { unknown: 'too long' } });
    expect(accused('claim-of-dead-node', activity([unseen], { cluster: cluster(dead) }))).toEqual([]);
  });

  test('of several claims one is told', () => {
    const rows = ['sf-1', 'sf-9'].map((claimedBy) => workRow({ claimedBy, claimedAt: NOW - 600 }));
    const all = activity([active({ work: { value: rows } })]);
    expect(accused('claim-of-dead-node', all)).toEqual([
      'claimed 10m00s ago by sf-9, which is not on record',
    ]);
  });
});

describe('a version that some worker refuses', () => {
  const { header } = active().record;
  const found = (
    version: number | null,
    accepted: [string, number][] | null,
    type: string | null = 'net_op',
  ) => {
    const operation = active({ type, header: { ...header!, stored: { ...header!.stored, version } } });
    const known = accepted === null ? { unknown: 'no table' } : { value: new Map(accepted) };
    return audit('newer-version-than-workers', { ...activity([operation]), accepted: known }).subjects;
  };

  test('is newer than the newest that every living node accepts', () => {
    expect(found(3, [['net_op', 2]])).toMatchObject([
      {
        ...{ type: 'net_op', uuid: OPERATION, name: null },
        detail: 'version 3, and a living node accepts no more than 2',
        evidence: { version: 3, accepted: 2 },
      },
    ]);
    expect(found(2, [['net_op', 2]])).toEqual([]);
  });

  test('cannot be told of types that nobody publishes', () => {
    expect(found(3, [['node_op', 2]])).toEqual([]);
    expect(found(3, null)).toEqual([]);
    expect(found(null, [['net_op', 0]])).toEqual([]);
    expect(found(3, [['net_op', 2]], null)).toEqual([]);
    expect(audit('newer-version-than-workers', activity([active()])).result).toBe('pass');
  });
});

test('a network that Shaken Fist has given up on is told with what failed', () => {
  const quiesced = { uuid: NETWORK, name: 'web', failed: [OPERATION, OTHER], lastFailedAt: NOW - 3600 };
  expect(audit('quiesced-network', facts({ quiesced: { value: [quiesced] } })).subjects).toMatchObject([
    {
      ...{ type: 'network', uuid: NETWORK, name: 'web' },
      detail: 'its last 2 net_ops failed, the latest 1h00m ago',
      evidence: { operations: [OPERATION, OTHER], last_failed_at: NOW - 3600 },
    },
  ]);
});

describe('the retention', () => {
  const HOUR = 3600;
  const found = (more: Partial<RetentionFacts>) => {
    const value = {
      retentionSeconds: 24 * HOUR,
      everySeconds: HOUR,
      overdue: 7,
      more: false,
      oldest: null,
      ...more,
    };
    return audit('retention-not-enforced', facts({ retention: { value } })).subjects;
  };

  test('is not enforced where rows outlive it by more than two rounds of the cleaner', () => {
    expect(found({ oldest: NOW - 26 * HOUR })).toEqual([]);
    expect(found({ oldest: NOW - 27 * HOUR })).toMatchObject([
      {
        ...{ type: 'table', uuid: null, name: 'cluster_operation_targets' },
        detail: '7 rows of operations that have ended; the oldest is 1d03h old, the retention is 1d00h',
        evidence: { rows: 7, more: false, oldest_created_at: NOW - 27 * HOUR, retention_seconds: 24 * HOUR },
      },
    ]);
    expect(found({ oldest: NOW - 27 * HOUR, more: true })[0]!.detail).toMatch(/^more than 7 rows/);
  });

  test('of nothing is nothing, and 0 keeps for ever', () => {
    expect(found({})).toEqual([]);
    expect(found({ oldest: 0, retentionSeconds: 0 })).toEqual([]);
  });
});
