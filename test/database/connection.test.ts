import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { ConnectionSettings } from '../../src/configuration/connection-settings.js';
import { Database } from '../../src/database/database.js';
import { deadlineIn } from '../../src/database/limits.js';
import { reach } from '../../src/database/open-session.js';
import { SECRET, startServerWithAccounts } from '../fixtures/accounts.js';
import { connectionSettings, sessionOptions } from '../fixtures/site.js';
import { connectAsAdministrator, type DatabaseSettings, type TestServer } from '../servers/mariadb.js';

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

describe('a connection', () => {
  test.each<[string, () => Partial<ConnectionSettings>, () => string]>([
    ['over the socket', () => ({}), () => settings.socketPath],
    ['over TCP', () => ({ addresses: [tcp(server.tcpPort!)] }), () => `127.0.0.1:${server.tcpPort}`],
    [
      'to the first of several that answers',
      () => ({ addresses: [tcp(deadPort), { socketPath: '/nowhere' }, tcp(server.tcpPort!)] }),
      () => `127.0.0.1:${server.tcpPort}`,
    ],
    [
      'with a password that SQL and shells would trip over',
      () => ({ user: 'reader', password: SECRET }),
      () => settings.socketPath,
    ],
  ])('%s', async (_, change, address) => {
    const database = open(change());
    expect((await database.identity()).address).toBe(address());
    expect((await database.describe()).tables.has('work_queue')).toBe(true);
    await database.close();
  });

  test('has deadlines and strict ground, whatever the server defaults are', async () => {
    const administrator = await connectAsAdministrator(server);
    await administrator.query(
      "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL lock_wait_timeout = 86400, GLOBAL tx_isolation = 'READ-COMMITTED', GLOBAL autocommit = 0",
    );
    const database = open({}, { deadline: deadlineIn(30) });
    const [row] = await database.read(async (session) =>
      session.rows<Record<string, number | string>>(sql`
        SELECT @@sql_mode AS mode, @@max_statement_time AS statement, @@lock_wait_timeout AS metadata, @@innodb_lock_wait_timeout AS row_lock,
          @@tx_isolation AS isolation, @@autocommit AS autocommit, @@character_set_client AS charset, @@character_set_results AS results`),
    );
    await administrator.query(
      'SET GLOBAL sql_mode = DEFAULT, GLOBAL lock_wait_timeout = DEFAULT, GLOBAL tx_isolation = DEFAULT, GLOBAL autocommit = DEFAULT',
    );
    await administrator.end();
    await database.close();
    expect(row).toMatchObject({
      metadata: 10,
      row_lock: 10,
      isolation: 'REPEATABLE-READ',
      autocommit: 1,
      charset: 'utf8mb4',
      results: 'utf8mb4',
    });
    expect(Number(row!.statement)).toBeGreaterThan(20);
    expect(Number(row!.statement)).toBeLessThanOrEqual(30);
    expect(row!.mode).toMatch(/STRICT_TRANS_TABLES/);
    expect(row!.mode).not.toMatch(/BACKSLASH|ANSI_QUOTES/);
  });

  test('gets every row, writes, and sees what is new, whatever the server defaults are', async () => {
    const administrator = await connectAsAdministrator(server, settings.database);
    const defaults = [
      ...['sql_select_limit = 1', 'max_join_size = 2', 'sql_safe_updates = 1', 'group_concat_max_len = 4'],
      ...['tx_read_only = 1', 'completion_type = CHAIN'],
    ];
    await administrator.query(`SET ${defaults.map((one) => `GLOBAL ${one}`).join(', ')}`);
    const database = open();
    const places = async (target: Database): Promise<string[]> =>
      target.read(async (session) => {
        const rows = await session.rows<{ place: string }>(sql`SELECT place FROM limits_test ORDER BY place`);
        return rows.map(({ place }) => place);
      });
    try {
      await administrator.query('CREATE TABLE limits_test (place VARCHAR(20) PRIMARY KEY)');
      await administrator.query("INSERT INTO limits_test VALUES ('a'), ('b'), ('c')");
      expect(await database.snapshot(async (session) => session.rows(sql`SELECT 1`))).toHaveLength(1);
      expect(await places(database)).toEqual(['a', 'b', 'c']);
      await administrator.query("INSERT INTO limits_test VALUES ('d')");
      expect(await places(database)).toEqual(['a', 'b', 'c', 'd']);
      await database.write({
        subject: 'the test',
        work: async (session) => session.change(sql`UPDATE limits_test SET place = CONCAT(place, '!')`),
        isCommitted: async () => false,
        inquiry: '',
      });
      expect(await places(database)).toEqual(['a!', 'b!', 'c!', 'd!']);
      const [row] = await database.read(async (session) =>
        session.rows(sql`SELECT GROUP_CONCAT(place) AS places FROM limits_test`),
      );
      expect(row).toEqual({ places: 'a!,b!,c!,d!' });
      const plain = await reach(
        connectionSettings(settings),
        { socketPath: settings.socketPath },
        sessionOptions(),
      );
      expect(plain.identity.node).not.toBe('');
      expect(await plain.session.rows(sql`SELECT place FROM limits_test`)).toHaveLength(4);
      plain.session.close();
    } finally {
      const back = [...defaults, 'sql_big_selects'].map((one) => `GLOBAL ${one.split(' ')[0]} = DEFAULT`);
      await administrator.query(`SET ${back.join(', ')}`);
      await administrator.query('DROP TABLE IF EXISTS limits_test');
      await administrator.end();
      await database.close();
    }
  });

  test('reads numbers, JSON and text without loss', async () => {
    const database = open();
    const hostile = String.raw`\' " \0 % _ 😀 ` + '\u001b[31m\u0000\n';
    const [row] = await database.read(async (session) =>
      session.rows(sql`SELECT CAST(9007199254740993 AS SIGNED) AS big, CAST(7 AS SIGNED) AS small, 1700000000.123456e0 AS seconds,
        JSON_COMPACT('{"b": 1.0, "a": 9007199254740993}') AS json, ${hostile} AS text, NOW() AS time, NULL AS nothing`),
    );
    await database.close();
    expect(row).toMatchObject({
      big: '9007199254740993',
      small: 7,
      seconds: 1700000000.123456,
      json: '{"b":1.0,"a":9007199254740993}',
      text: hostile,
      nothing: null,
    });
    expect(row).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/));
  });
});
