import { expect, test } from '@jest/globals';
import type { GaleraNode, ServerProbe } from '../../../src/audit/doctor/facts.js';
import { diagnose, galeraServer, remedyOf, says, server, silent, subjectsOf } from './site.js';

const of = (...servers: ServerProbe[]): { servers: ServerProbe[] } => ({ servers });
const pair = (change: Partial<GaleraNode>): { servers: ServerProbe[] } =>
  of(galeraServer('db1'), galeraServer('db2', change));

test.each<[string, Partial<GaleraNode>, string]>([
  [
    'galera-state',
    { clusterStatus: 'non-Primary' },
    'error: db2: not Primary, not Synced, or not ready. db1 Primary/Synced, db2 non-Primary/Synced.',
  ],
  [
    'galera-state',
    { localState: 'Joined' },
    'error: db2: not Primary, not Synced, or not ready. db1 Primary/Synced, db2 Primary/Joined.',
  ],
  [
    'galera-state',
    { ready: false },
    'error: db2: not Primary, not Synced, or not ready. db1 Primary/Synced, db2 Primary/Synced.',
  ],
  [
    'galera-size',
    { clusterSize: 1 },
    'error: The nodes disagree on the size of the cluster: db1 sees 2, db2 sees 1.',
  ],
  [
    'galera-size',
    { configuredSize: 3 },
    'warning: The cluster has 2 nodes, and wsrep_cluster_address names 3.',
  ],
  [
    'galera-versions',
    { providerVersion: '26.4.16' },
    'warning: The nodes run 2 versions. db1 10.11.19-MariaDB (Galera 26.4.23), db2 10.11.19-MariaDB (Galera 26.4.16).',
  ],
  [
    'galera-flow-control',
    { flowControlPaused: 0.11 },
    'warning: Flow control often holds up the cluster. Paused since the counters were reset: db1 0.0 %, db2 11.0 %.',
  ],
  [
    'galera-lag',
    { lastCommitted: 3999 },
    'warning: Behind the others: db2. db1 at 5000, 0 waiting; db2 at 3999, 0 waiting.',
  ],
  [
    'galera-lag',
    { receiveQueue: 1001 },
    'warning: Behind the others: db2. db1 at 5000, 0 waiting; db2 at 5000, 1001 waiting.',
  ],
  ['galera-schema-changes', { schemaUpgradeMethod: 'RSU' }, 'error: wsrep_OSU_method: db2 has RSU.'],
])('%s when one node of two has %j', (id, change, said) => {
  expect(says(id, pair({}))).toMatch(/^pass: /);
  expect(remedyOf(id, pair({}))).toBeNull();
  expect(says(id, pair(change))).toBe(said);
  expect(remedyOf(id, pair(change))).toMatch(/\w/);
});

test.each<[string, Partial<GaleraNode>]>([
  ['galera-flow-control', { flowControlPaused: 0.1 }],
  ['galera-lag', { lastCommitted: 4000, receiveQueue: 1000 }],
])('%s lets %j pass', (id, change) => {
  expect(says(id, pair(change))).toMatch(/^pass: /);
});

test('what is told where all is well', () => {
  expect(says('galera-state', pair({}))).toBe(
    'pass: Every node is Primary and Synced. db1 Primary/Synced, db2 Primary/Synced.',
  );
  expect(says('galera-size', pair({}))).toBe('pass: 2 nodes, all asked.');
  expect(says('galera-size', of(galeraServer('db1', { clusterSize: 1, configuredSize: 0 })))).toBe(
    'pass: 1 node, all asked.',
  );
  expect(says('galera-versions', pair({}))).toBe('pass: All nodes run 10.11.19-MariaDB (Galera 26.4.23).');
  expect(says('galera-auto-increment', pair({ autoIncrementOffset: 2 }))).toBe(
    'info: db1 takes 1 + n × 2, db2 takes 2 + n × 2.',
  );
});

test('where two nodes are meant, both are named', () => {
  const both = (change: Partial<GaleraNode>): { servers: ServerProbe[] } =>
    of(galeraServer('db1', change), galeraServer('db2', change), galeraServer('db3'));
  for (const [id, change] of [
    ['galera-state', { ready: false }],
    ['galera-lag', { receiveQueue: 5000 }],
  ] as const) {
    expect(says(id, both(change))).toMatch(/db1, db2[:.]/);
    expect(remedyOf(id, both(change))).toContain('db1, db2');
    expect(subjectsOf(id, both(change))).toEqual(['server db1', 'server db2']);
  }
  const rsu = both({ schemaUpgradeMethod: 'RSU' });
  expect(says('galera-schema-changes', rsu)).toBe('error: wsrep_OSU_method: db1 has RSU, db2 has RSU.');
  expect(subjectsOf('galera-schema-changes', rsu)).toEqual(['server db1', 'server db2']);
});

test('what holds is told with what was measured', () => {
  expect(says('galera-flow-control', pair({ flowControlPaused: 0.1 }))).toBe(
    'pass: Flow control hardly ever holds up the cluster. Paused since the counters were reset: db1 0.0 %, db2 10.0 %.',
  );
  expect(says('galera-lag', pair({ lastCommitted: 4000, receiveQueue: 1000 }))).toBe(
    'pass: No node is far behind the others. db1 at 5000, 0 waiting; db2 at 4000, 1000 waiting.',
  );
  expect(says('galera-schema-changes', pair({}))).toBe('pass: wsrep_OSU_method is TOI.');
});

test('the remedy names the node', () => {
  expect(remedyOf('galera-state', pair({ ready: false }))).toContain('error log of db2');
  expect(remedyOf('galera-lag', pair({ receiveQueue: 5000 }))).toContain('slows down db2');
});

test('nodes that could not be asked leave the size unknown', () => {
  const some = of(galeraServer('db1'), silent('db2', false));
  expect(says('galera-size', some)).toBe(
    'unknown: Cannot tell: only 1 of 2 nodes could be asked. db2:3306: timed out.',
  );
  expect(remedyOf('galera-size', some)).toContain('--host');
  const unseen = of(galeraServer('db1', { clusterSize: 3 }), silent('db2', false), silent('db3', false));
  expect(says('galera-size', unseen)).toMatch(/db2:3306: timed out\. db3:3306: timed out\.$/);
  // It never announced itself to us, so that there is no reason to give.
  expect(says('galera-size', of(galeraServer('db1')))).toBe(
    'unknown: Cannot tell: only 1 of 2 nodes could be asked.',
  );
  // Nobody configured that address: it is no failure of the configuration.
  expect(says('addresses', some)).toBe('pass: Every address answers: db1:3306.');
});

test('a node that is reached by two addresses counts once', () => {
  const twice = { ...galeraServer('db1'), address: 'alias:3306' };
  expect(says('galera-size', of(galeraServer('db1'), twice, galeraServer('db2')))).toBe(
    'pass: 2 nodes, all asked.',
  );
});

test('on a standalone server none of it has a meaning', () => {
  expect(diagnose(of(server('db1'))).filter(({ id }) => id.startsWith('galera-'))).toEqual([]);
});
