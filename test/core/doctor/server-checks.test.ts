import { expect, test } from '@jest/globals';
import { diagnose, type CheckReport } from '../../../src/audit/doctor/diagnosis.js';
import type { ServerSettings } from '../../../src/audit/doctor/facts.js';

const SETTINGS: ServerSettings = {
  address: 'db1:3306',
  node: 'db1',
  version: '10.11.19-MariaDB',
  database: 'shakenfist',
  account: 'shakenfist@%',
  storageEngine: 'InnoDB',
  characterSet: 'utf8mb4',
  collation: 'utf8mb4_bin',
  readOnly: false,
  replicating: false,
  lockWaitTimeout: 86_400,
  snapshotIsolation: false,
  maxAllowedPacket: 16 * 1024 ** 2,
};

function finding(check: string, change: Partial<ServerSettings>): CheckReport {
  const nothing = { unknown: 'not asked' };
  const settings = { value: { ...SETTINGS, ...change } };
  const reports = diagnose({
    servers: nothing,
    settings,
    schema: nothing,
    account: nothing,
    cluster: nothing,
  });
  return reports.find(({ id }) => id === check)!;
}

test.each<[string, CheckReport['result']]>([
  ['10.11.0-MariaDB', 'pass'],
  ['10.11.19-MariaDB-0+deb12u1', 'pass'],
  ['11.8.6-MariaDB-0+deb13u1 from Debian', 'pass'],
  ['12.0.1-mariadb-log', 'pass'],
  ['10.10.9-MariaDB', 'fail'],
  ['10.6.21-16-MariaDB-enterprise', 'fail'],
  ['8.0.36', 'fail'],
  ['11.0.0', 'fail'],
  ['MariaDB', 'fail'],
])('%s: %s', (version, result) => {
  expect(finding('mariadb-version', { version }).result).toBe(result);
});

test('every other requirement is judged by its own setting', () => {
  expect(finding('default-storage-engine', { storageEngine: 'Aria' }).result).toBe('fail');
  expect(finding('character-set', { characterSet: 'utf8mb3' }).result).toBe('fail');
  expect(finding('collation', { collation: 'utf8mb3_general_ci' }).result).toBe('fail');
  expect(finding('collation', {}).result).toBe('pass');
});

test.each<[Partial<ServerSettings>, CheckReport['result']]>([
  [{}, 'pass'],
  [{ replicating: true }, 'warn'],
  [{ readOnly: true }, 'fail'],
  [{ readOnly: true, replicating: true }, 'fail'],
])('a server with %j: %s', (change, result) => {
  expect(finding('writable-server', change).result).toBe(result);
});

test('a long wait for tables is told with what to do, a short one without', () => {
  expect(finding('lock-wait-timeout', {})).toMatchObject({
    result: 'info',
    detail: expect.stringContaining('1d00h'),
  });
  expect(finding('lock-wait-timeout', {}).hint).toContain('lock_wait_timeout');
  expect(finding('lock-wait-timeout', { lockWaitTimeout: 50 }).hint).toBeNull();
});

test.each([
  [null, 'This server has no innodb_snapshot_isolation.'],
  [true, 'innodb_snapshot_isolation is on.'],
  [false, 'innodb_snapshot_isolation is off.'],
])('innodb_snapshot_isolation %j is told', (snapshotIsolation, detail) => {
  expect(finding('snapshot-isolation', { snapshotIsolation }).detail).toBe(detail);
});
