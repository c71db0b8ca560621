import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/database.js';
import { ClosedError } from '../../src/database/session-errors.js';
import type { Session } from '../../src/database/session.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';
import { FaultProxy } from '../servers/fault-proxy.js';

let site: Site;
let proxy: FaultProxy;

beforeAll(async () => {
  site = await Site.create();
  proxy = await FaultProxy.start({ socketPath: site.settings.socketPath });
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

function open(): Database {
  const addresses = [{ host: '127.0.0.1', port: proxy.port }];
  return new Database({ ...connectionSettings(site.settings), addresses }, sessionOptions());
}

/** Like the heartbeat of a lease: a write that is under way when its database is closed. */
async function beat(database: Database, work: (session: Session) => Promise<unknown>): Promise<unknown> {
  return database
    .write({ subject: 'a heartbeat', work, isCommitted: async () => false, inquiry: '' })
    .catch((error: unknown) => error);
}

describe('what has been closed stays closed', () => {
  test.each<[string, (database: Database) => Promise<unknown>]>([
    ['a read', async (database) => database.read(async (session) => session.rows(sql`SELECT 1`))],
    ['a snapshot', async (database) => database.snapshot(async (session) => session.rows(sql`SELECT 1`))],
    ['a description', async (database) => database.describe()],
    ['the session', async (database) => database.session()],
    ['a write', async (database) => {
        const outcome = await beat(database, async (session) => session.rows(sql`SELECT 1`));
        throw outcome as Error;
      }], // prettier-ignore
  ])('for %s', async (_, use) => {
    const database = open();
    await database.session();
    await database.close();
    const before = proxy.traffic.length;
    await expect(use(database)).rejects.toThrow(ClosedError);
    expect(proxy.traffic).toHaveLength(before);
  });

  test.each(['SLEEP', 'COMMIT'])(
    'also for a %s whose answer is awaited: a frozen server does not hold it',
    async (place) => {
      const database = open();
      await database.session();
      const sent = new Promise<void>((resolve) => {
        const statement =
          place === 'COMMIT' ? 'COMMIT' : 'BEGIN NOT ATOMIC START TRANSACTION; SELECT SLEEP(0); END';
        proxy.watchOnce({ direction: 'request', statement, side: 'before' }, () => {
          proxy.freeze();
          resolve();
        });
      });
      const heartbeat = beat(database, async (session) => session.rows(sql`SELECT SLEEP(0)`));
      await sent;
      const before = proxy.traffic.length;
      await database.close();
      expect(await heartbeat).toBeInstanceOf(Error);
      expect(proxy.traffic).toHaveLength(before);
      proxy.thaw();
    },
  );

  test('while the connection is being made', async () => {
    proxy.freeze();
    const database = open();
    const attempt = database.session().catch((error: unknown) => error);
    await database.close();
    expect(await attempt).toBeInstanceOf(Error);
    proxy.thaw();
    await expect(database.session()).rejects.toThrow(ClosedError);
  });

  test('and one that goes by another way is not closed with it', async () => {
    const database = open();
    const other = database.with({});
    await database.close();
    expect(await other.read(async (session) => session.rows(sql`SELECT 1 AS one`))).toEqual([{ one: 1 }]);
    await other.close();
  });

  test('two who ask at once share one connection', async () => {
    const database = open();
    const [one, other] = await Promise.all([database.session(), database.session()]);
    expect(one).toBe(other);
    await database.close();
  });
});
