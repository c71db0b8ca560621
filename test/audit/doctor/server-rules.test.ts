import { expect, test } from '@jest/globals';
import type { ServerSettings } from '../../../src/audit/doctor/facts.js';
import { remedyOf, says, SETTINGS } from './site.js';

const about = (change: Partial<ServerSettings>): { settings: ServerSettings } => ({
  settings: { ...SETTINGS, ...change },
});

test.each<[string, Partial<ServerSettings>, string]>([
  ['mariadb-version', {}, 'pass: The server is 10.11.19-MariaDB.'],
  [
    'mariadb-version',
    { version: '10.6.21-MariaDB' },
    'error: The server is 10.6.21-MariaDB, not MariaDB 10.11.0 or newer.',
  ],
  ['default-storage-engine', { storageEngine: 'INNODB' }, 'pass: default_storage_engine is INNODB.'],
  ['default-storage-engine', { storageEngine: 'Aria' }, 'error: default_storage_engine is Aria.'],
  ['character-set', { characterSet: 'utf8mb3' }, "error: The database's character set is utf8mb3."],
  ['collation', {}, "pass: The database's collation is utf8mb4_bin."],
  ['collation', { collation: 'utf8mb3_bin' }, "error: The database's collation is utf8mb3_bin."],
  ['writable-server', {}, "pass: db1:3306 accepts writes and applies no other server's changes."],
  ['writable-server', { replicating: true }, 'warning: db1:3306 applies the changes of another server.'],
  ['writable-server', { readOnly: true }, 'error: db1:3306 is read-only.'],
  [
    'writable-server',
    { readOnly: true, replicating: true },
    'error: db1:3306 is read-only and applies the changes of another server.',
  ],
  ['max-allowed-packet', { maxAllowedPacket: 4_194_304 }, 'pass: max_allowed_packet is 4 MiB.'],
  ['max-allowed-packet', { maxAllowedPacket: 4_194_303 }, 'warning: max_allowed_packet is 4 MiB.'],
  ['max-allowed-packet', { maxAllowedPacket: 1_572_864 }, 'warning: max_allowed_packet is 1.5 MiB.'],
  ['snapshot-isolation', { snapshotIsolation: null }, 'info: This server has no innodb_snapshot_isolation.'],
  ['snapshot-isolation', { snapshotIsolation: true }, 'info: innodb_snapshot_isolation is on.'],
  ['snapshot-isolation', { snapshotIsolation: false }, 'info: innodb_snapshot_isolation is off.'],
])('%s of a server with %j', (id, change, said) => {
  expect(says(id, about(change))).toBe(said);
});

test('a long wait for tables is told with what to do, a short one without', () => {
  expect(says('lock-wait-timeout', about({}))).toContain('1d00h');
  expect(remedyOf('lock-wait-timeout', about({}))).toContain('lock_wait_timeout');
  expect(remedyOf('lock-wait-timeout', about({ lockWaitTimeout: 3600 }))).toBeNull();
  expect(remedyOf('lock-wait-timeout', about({ lockWaitTimeout: 3601 }))).not.toBeNull();
});

test.each(['character-set', 'collation'])('%s says how to mend this database', (id) => {
  const change = { characterSet: 'latin1', collation: 'latin1_bin', database: 'sf' };
  expect(remedyOf(id, about(change))).toContain('ALTER DATABASE `sf` CHARACTER SET utf8mb4');
});

test.each(['mariadb-version', 'default-storage-engine', 'writable-server', 'max-allowed-packet'])(
  '%s says what to do',
  (id) => {
    const change = { version: '5.5.1', storageEngine: 'Aria', readOnly: true, maxAllowedPacket: 1 };
    expect(remedyOf(id, about(change))).toMatch(/\w/);
    expect(remedyOf(id, about({}))).toBeNull();
  },
);

test('one that follows another server says which to name', () => {
  expect(remedyOf('writable-server', about({ replicating: true }))).toContain(
    'if it is the one that Shaken Fist',
  );
});
