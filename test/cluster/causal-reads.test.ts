import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createConnection, type Connection } from 'mysql2/promise';
import type { Database } from '../../src/database/database.js';
import type { Session } from '../../src/database/session.js';
import { reach } from '../fixtures/reach.js';
import { startCluster, type TestCluster } from '../servers/galera.js';

const COMMITS = 250;
const PATIENCE_MS = 120_000;

let cluster: TestCluster;
let writer: Connection;
let database: Database;
let load: { stop(): Promise<void> };

beforeAll(async () => {
  cluster = await startCluster();
  const name = await cluster.createDatabase([
    'CREATE TABLE counter (value INT)',
    'INSERT INTO counter VALUES (0)',
    'CREATE TABLE ballast (id INT PRIMARY KEY AUTO_INCREMENT, value INT)',
  ]);
  const [first, second, third] = cluster.nodes;
  writer = await createConnection({ ...first!.settings(name) });
  database = reach(name, [second!]);
  load = startLoad(await createConnection({ ...third!.settings(name) }));
}, PATIENCE_MS);

afterAll(async () => {
  await load.stop();
  await database.close();
  await writer.end();
  await cluster.stop();
}, PATIENCE_MS);

/** Large commits that the node under test has to apply, so that it is always a little behind. */
function startLoad(connection: Connection): { stop(): Promise<void> } {
  const rows = Array.from({ length: 3000 }, (_, i) => `(${i})`).join();
  let isOver = false;
  const working = (async () => {
    while (!isOver) await connection.query(`INSERT INTO ballast (value) VALUES ${rows}`);
    await connection.end();
  })();
  return {
    stop: async () => {
      isOver = true;
      await working;
    },
  };
}

/** How often a read on the second node misses what the first had acknowledged before. */
async function staleReads(read: () => Promise<number>): Promise<number> {
  let stale = 0;
  for (let value = 1; value <= COMMITS; value += 1) {
    await writer.query('UPDATE counter SET value = ?', [value]);
    if ((await read()) !== value) stale += 1;
  }
  return stale;
}

async function counter(session: Session): Promise<number> {
  const [row] = await session.rows<{ value: number }>(sql`SELECT value AS value FROM counter`);
  return row!.value;
}

describe(`of ${COMMITS} commits on another node, all are seen`, () => {
  test(
    'by a question',
    async () => {
      expect(await staleReads(async () => database.read(counter))).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'by a snapshot: it is taken after the wait',
    async () => {
      expect(await staleReads(async () => database.snapshot(counter))).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'inside a transaction that writes',
    async () => {
      const write = async (): Promise<number> =>
        database.write({
          subject: 'a row of ballast',
          work: async (session) => {
            await session.change(sql`INSERT INTO ballast (value) VALUES (0)`);
            return counter(session);
          },
          isCommitted: async () => true,
          inquiry: 'none',
        });
      expect(await staleReads(write)).toBe(0);
    },
    PATIENCE_MS,
  );
});

test(
  'a connection that does not ask for it misses some, so the test above can fail',
  async () => {
    const session = await database.session();
    const read = async (): Promise<number> => counter(session);
    await session.db.execute(sql`SET SESSION wsrep_sync_wait = 0`);
    expect(await staleReads(read)).toBeGreaterThan(0);
    await database.drop();
  },
  PATIENCE_MS,
);
