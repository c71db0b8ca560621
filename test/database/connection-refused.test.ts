import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { ConnectionSettings } from '../../src/configuration/connection-settings.js';
import { Database } from '../../src/database/database.js';
import { deadlineIn } from '../../src/database/limits.js';
import { NETWORK } from '../fixtures/rows.js';
import { SECRET, startServerWithAccounts } from '../fixtures/accounts.js';
import { connectionSettings, sessionOptions } from '../fixtures/site.js';
import type { DatabaseSettings, TestServer } from '../servers/mariadb.js';

let server: TestServer;
let settings: DatabaseSettings;
let deadPort: number;

beforeAll(async () => {
  ({ server, settings, deadPort } = await startServerWithAccounts());
});
afterAll(async () => server.stop());

function open(change: Partial<ConnectionSettings> = {}, options = {}): Database {
  return new Database({ ...connectionSettings(settings), ...change }, { ...sessionOptions(), ...options });
}
const tcp = (port: number, host = '127.0.0.1') => ({ host, port });

/** What the database says when it is described, the first thing that every command does. */
async function refusal(database: Database): Promise<unknown> {
  return database.describe().then(
    () => 'it answered',
    async (error: unknown) => {
      await database.close();
      return error;
    },
  );
}

describe('the database cannot answer', () => {
  test.each<[string, string, () => Partial<ConnectionSettings>, RegExp]>([
    ['nobody listens', 'unreachable', () => ({ addresses: [tcp(deadPort)] }), /ECONNREFUSED/],
    [
      'there is no socket',
      'unreachable',
      () => ({ addresses: [{ socketPath: '/nowhere/db.sock' }] }),
      /\/nowhere\/db\.sock/,
    ],
    [
      'there is no such host',
      'unreachable',
      () => ({ addresses: [tcp(3306, 'db.invalid')] }),
      /db\.invalid:3306/,
    ],
    [
      'none of several',
      'unreachable',
      () => ({ addresses: [tcp(deadPort), { socketPath: '/nowhere' }] }),
      /None of the 2 servers.*ECONNREFUSED.*ENOENT/,
    ],
    [
      'the password is wrong',
      'access_denied',
      () => ({ user: 'reader', password: 'wr0ng' }),
      /Access denied for user 'reader'/,
    ],
    ['the account does not exist', 'access_denied', () => ({ user: 'nobody-here' }), /Access denied/],
    [
      'the database does not exist',
      'unknown_database',
      () => ({ user: 'root', database: 'nowhere' }),
      /Unknown database 'nowhere'/,
    ],
    [
      'the account has no right to the database',
      'privilege_missing',
      () => ({ user: 'stranger' }),
      /Access denied for user 'stranger'/,
    ],
    [
      'the database is not Shaken Fist’s',
      'schema_missing',
      () => ({ user: 'root', database: 'mysql' }),
      /cluster_operations, .* missing/,
    ],
  ])('%s: %s', async (_, word, change, message) => {
    const error = await refusal(open(change()));
    expect(error).toMatchObject({ exitCode: 69, word });
    expect(String(error)).toMatch(message);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/wr0ng|s3cret/);
  });

  test('what answers is not MariaDB', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(web, 'listening');
    const { port } = web.address() as { port: number };
    expect(await refusal(open({ addresses: [tcp(port)] }))).toMatchObject({ exitCode: 69 });
    web.close();
  });

  test('a privilege that only a write needs is missed at the write', async () => {
    const database = open({ user: 'reader', password: SECRET });
    await database.describe();
    const work = async (): Promise<unknown> =>
      database.write({
        subject: 'a test',
        work: async (session) => session.db.execute(sql`DELETE FROM work_queue WHERE payload = ${NETWORK}`),
        isCommitted: async () => false,
        inquiry: '',
      });
    await expect(work()).rejects.toMatchObject({ exitCode: 69, word: 'privilege_missing' });
    await database.close();
  });

  test('a server that is frozen, before and after the connection', async () => {
    const before = open({}, { deadline: deadlineIn(1.5) });
    const after = open({}, { deadline: deadlineIn(1.5) });
    await after.session();
    const start = performance.now();
    process.kill(server.pid, 'SIGSTOP');
    try {
      const errors = await Promise.all([refusal(before), refusal(after)]);
      for (const error of errors) expect(error).toMatchObject({ exitCode: 69, word: 'unreachable' });
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
