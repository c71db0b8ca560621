import { expect, test } from '@jest/globals';
import { diagnose, type CheckReport } from '../../../src/audit/doctor/diagnosis.js';
import type { GaleraNode, ServerVisit, VisitedServer } from '../../../src/audit/doctor/facts.js';

const NODE: GaleraNode = {
  clusterUuid: 'c1',
  clusterStatus: 'Primary',
  localState: 'Synced',
  ready: true,
  clusterSize: 2,
  configuredSize: 2,
  lastCommitted: 5000,
  receiveQueue: 0,
  flowControlPaused: 0,
  providerVersion: '26.4.23',
  schemaUpgradeMethod: 'TOI',
  autoIncrementIncrement: 2,
  autoIncrementOffset: 1,
};

function visit(node: string, galera: Partial<GaleraNode>, server: Partial<VisitedServer> = {}): ServerVisit {
  const clock = { skewSeconds: 0, uncertaintySeconds: 0.001 };
  const known = {
    node,
    version: '10.11.19-MariaDB',
    identity: node,
    clock,
    galera: { ...NODE, ...galera },
    ...server,
  };
  return { address: `${node}:3306`, given: true, outcome: { value: known } };
}

function finding(check: string, ...servers: ServerVisit[]): CheckReport | undefined {
  const nothing = { unknown: 'not asked' };
  const facts = {
    servers: { value: servers },
    settings: nothing,
    schema: nothing,
    account: nothing,
    cluster: nothing,
  };
  return diagnose(facts).find(({ id }) => id === check);
}

test.each<[string, CheckReport['result'], Partial<GaleraNode>]>([
  ['galera-state', 'fail', { clusterStatus: 'non-Primary' }],
  ['galera-state', 'fail', { localState: 'Donor/Desynced' }],
  ['galera-state', 'fail', { ready: false }],
  ['galera-size', 'fail', { clusterSize: 1 }],
  ['galera-size', 'warn', { configuredSize: 3 }],
  ['galera-versions', 'warn', { providerVersion: '26.4.16' }],
  ['galera-flow-control', 'warn', { flowControlPaused: 0.25 }],
  ['galera-lag', 'warn', { lastCommitted: 3999 }],
  ['galera-lag', 'warn', { receiveQueue: 1001 }],
  ['galera-schema-changes', 'fail', { schemaUpgradeMethod: 'RSU' }],
])('%s: %s when one node of two has %j', (check, result, change) => {
  expect(finding(check, visit('db1', {}), visit('db2', {}))).toMatchObject({
    result: 'pass',
    hint: null,
  });
  const changed = finding(check, visit('db1', {}), visit('db2', change))!;
  expect(changed.result).toBe(result);
  expect(changed.hint).toMatch(/\w/);
});

test('nodes that could not be asked leave the size unknown', () => {
  const behindFirewall: ServerVisit = {
    address: 'db2:3306',
    given: false,
    outcome: { unknown: 'timed out.' },
  };
  expect(finding('galera-size', visit('db1', {}), behindFirewall)).toMatchObject({
    result: 'unknown',
    detail: 'Cannot tell: only 1 of 2 nodes could be asked. db2:3306: timed out.',
  });
  // Nobody configured that address: it is no failure of the configuration.
  expect(finding('addresses', visit('db1', {}), behindFirewall)).toMatchObject({ result: 'pass' });
});

test('two clusters are not one database', () => {
  expect(finding('one-database', visit('db1', {}), visit('db2', {}))).toMatchObject({ result: 'pass' });
  expect(finding('one-database', visit('db1', {}), visit('db2', { clusterUuid: 'c2' }))).toMatchObject({
    result: 'fail',
    detail: 'db1:3306 is db1 of cluster c1, db2:3306 is db2 of cluster c2.',
  });
});

test('a node that has lost its cluster does not count as another one', () => {
  const lost = visit('db2', { clusterUuid: '00000000', clusterStatus: 'Disconnected' });
  expect(finding('one-database', visit('db1', {}), lost)).toBeUndefined();
});

test.each<[number, CheckReport['result']]>([
  [4.9, 'pass'],
  [5.1, 'fail'],
  [-5.1, 'fail'],
])('servers whose clocks are %d s apart: %s', (skewSeconds, result) => {
  const other = visit('db2', {}, { clock: { skewSeconds, uncertaintySeconds: 0.001 } });
  expect(finding('server-clocks', visit('db1', {}), other)!.result).toBe(result);
});

test('on a standalone server none of it has a meaning', () => {
  const standalone = visit('db1', {}, { galera: null });
  const nothing = { unknown: 'not asked' };
  const facts = {
    servers: { value: [standalone] },
    settings: nothing,
    schema: nothing,
    account: nothing,
    cluster: nothing,
  };
  expect(diagnose(facts).filter(({ id }) => id.startsWith('galera-'))).toEqual([]);
});
