import { beforeAll, describe, expect, test } from '@jest/globals';
import { UnavailableError } from '../../src/core/errors.js';
import { schemaStatements } from '../fixtures/schema.js';
import {
  connectAsAdministrator,
  createDatabase,
  sharedServer,
  startTestServer,
  type TestServer,
} from '../servers/mariadb.js';
import { nextReleaseServer } from '../servers/next-release.js';
import { deployment, diagnosisOf, listed, LIVING_NODES } from './diagnosis.js';

let server: TestServer;

beforeAll(async () => {
  server = await sharedServer();
});

describe('clocks', () => {
  test.each([
    ['ahead', 60],
    ['behind', -60],
  ])('a server that is a minute %s of this machine', async (direction, seconds) => {
    const diagnosis = await diagnosisOf(await deployment(server), { now: () => Date.now() / 1000 - seconds });

    expect(diagnosis.get('clock')!.result).toBe('fail');
    expect(diagnosis.get('clock')!.detail).toMatch(new RegExp(`is (60|59)\\.\\d\\d s ${direction} `));
    // Judged by the server's clock, which wrote them.
    expect(diagnosis.get('nodes')!.result).toBe('pass');
  });

  test('a round trip that is longer than the skew that matters proves nothing', async () => {
    let ticks = 0;
    const start = Date.now() / 1000;
    const diagnosis = await diagnosisOf(await deployment(server), {
      now: () => start + 20 * (ticks++ % 2) - 10,
    });
    expect(diagnosis.get('clock')).toMatchObject({ result: 'unknown' });
  });
});

describe('the server', () => {
  test('one that does not meet the requirements fails each of them', async () => {
    const unsuitable = await startTestServer({
      extraArguments: [
        '--version=10.6.12-MariaDB',
        '--default-storage-engine=Aria',
        '--max-allowed-packet=1M',
      ],
    });
    try {
      const database = await createDatabase(unsuitable, [...schemaStatements(), ...LIVING_NODES]);
      const diagnosis = await diagnosisOf(database);

      expect(diagnosis.get('mariadb-version')).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('10.6.12-MariaDB'),
      });
      expect(diagnosis.get('default-storage-engine')).toMatchObject({
        result: 'fail',
        detail: 'default_storage_engine is Aria.',
      });
      expect(diagnosis.get('max-allowed-packet')).toMatchObject({
        result: 'warn',
        detail: 'max_allowed_packet is 1 MiB.',
      });
    } finally {
      await unsuitable.stop();
    }
  });

  test('the next release passes like this one, and its snapshot isolation is told', async () => {
    const release = await nextReleaseServer();
    if ('unavailable' in release) {
      process.stderr.write(`Not tested: ${release.unavailable}\n`);
      expect(release.unavailable).toMatch(/^MariaDB of Debian trixie: ./);
      return;
    }
    const next = await startTestServer({ installation: release.installation });
    try {
      const diagnosis = await diagnosisOf(await deployment(next));
      expect(listed(diagnosis, 'fail', 'warn', 'unknown')).toEqual([]);
      expect(diagnosis.get('snapshot-isolation')!.detail).toBe('innodb_snapshot_isolation is on.');
    } finally {
      await next.stop();
    }
  });

  test('one that is read-only fails, and what may be deleted cannot be told', async () => {
    const replica = await startTestServer();
    try {
      const database = await createDatabase(replica, [...schemaStatements(), ...LIVING_NODES]);
      const administrator = await connectAsAdministrator(replica);
      await administrator.query('SET GLOBAL read_only = ON');
      await administrator.end();
      const diagnosis = await diagnosisOf(database);

      expect(diagnosis.get('writable-server')).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('is read-only'),
      });
      expect(diagnosis.get('write-privileges')).toMatchObject({
        result: 'unknown',
        detail: expect.stringContaining('read-only'),
      });
    } finally {
      await replica.stop();
    }
  });

  test('an address that does not answer fails while the others serve', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(database, {
      otherAddresses: [{ socketPath: `${database.socketPath}.nobody` }],
    });

    expect(listed(diagnosis, 'fail')).toEqual(['addresses: fail']);
    expect(diagnosis.get('addresses')!.detail).toContain(
      `${database.socketPath}.nobody: The database does not answer`,
    );
  });

  test('two servers that share nothing fail', async () => {
    const database = await deployment(server);
    const other = await startTestServer();
    try {
      const administrator = await connectAsAdministrator(other);
      await administrator.query(`CREATE DATABASE ${database.database}`);
      await administrator.end();
      const diagnosis = await diagnosisOf(database, { otherAddresses: [{ socketPath: other.socketPath }] });

      expect(listed(diagnosis, 'fail')).toEqual(['one-database: fail']);
      expect(diagnosis.get('server-clocks')!.result).toBe('pass');
    } finally {
      await other.stop();
    }
  });

  test('nobody who lets us in is no diagnosis', async () => {
    const database = await deployment(server);
    await expect(diagnosisOf({ ...database, user: 'stranger' })).rejects.toThrow(UnavailableError);
    await expect(diagnosisOf({ ...database, socketPath: `${database.socketPath}.nobody` })).rejects.toThrow(
      UnavailableError,
    );
  });
});
