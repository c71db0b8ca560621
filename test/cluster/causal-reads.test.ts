import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createConnection, type Connection, type QueryResult } from 'mysql2/promise';
import type { Database } from '../../src/database/database.js';
import type { Session } from '../../src/database/session.js';
import { SANDBOX_USER } from '../../src/sandbox/data-directory.js';
import { answer } from '../fixtures/in-process.js';
import { reach } from '../fixtures/reach.js';
import { insertOperation, NETWORK } from '../fixtures/rows.js';
import { schemaStatements } from '../fixtures/schema.js';
import { startCluster, type TestCluster } from '../servers/galera.js';

const COMMITS = 250;
const TIMEOUT_MS = 120_000;

let cluster: TestCluster;
let writer: Connection;
let database: Database;
let load: { stop(): Promise<void> };
/** Flags that lead to the node under test. */
let behind: string[];

beforeAll(async () => {
  cluster = await startCluster();
  const name = await cluster.createDatabase([
    ...schemaStatements(),
    'CREATE TABLE counter (value INT)',
    'INSERT INTO counter VALUES (0)',
    'CREATE TABLE ballast (id INT PRIMARY KEY AUTO_INCREMENT, value INT)',
  ]);
  const [first, second, third] = cluster.nodes;
  writer = await createConnection({ ...first!.settings(name) });
  database = reach(name, [second!]);
  const port = String(second!.clientPort);
  behind = ['--host', '127.0.0.1', '--port', port, '--user', SANDBOX_USER, '--database', name];
  load = startLoad(await createConnection({ ...third!.settings(name) }));
}, TIMEOUT_MS);

afterAll(async () => {
  await load.stop();
  await database.close();
  await writer.end();
  await cluster.stop();
}, TIMEOUT_MS);

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
    TIMEOUT_MS,
  );

  test(
    'by a snapshot: it is taken after the wait',
    async () => {
      expect(await staleReads(async () => database.snapshot(counter))).toBe(0);
    },
    TIMEOUT_MS,
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
    TIMEOUT_MS,
  );
});

test(
  'what was enqueued on another node is seen at once by every command that tells what is going on',
  async () => {
    const on = {
      query: async <Row>(text: string, values: unknown[] = []) => {
        const [rows] = await writer.query<QueryResult>(text, values);
        return rows as Row[];
      },
    };
    const asked = (uuid: string): string[][] => [
      ...[
        ['show', uuid],
        ['explain', uuid],
        ['graph', uuid],
        ['wait', '--operation', uuid, '--timeout', '0'],
      ],
      ...[
        ['pending', '--all'],
        ['explain', '--all-pending'],
        ['report', '--format', 'json'],
      ],
      ...[
        ['history', 'network', NETWORK],
        ['timeline', 'network', NETWORK],
        ['graph', 'network', NETWORK],
      ],
      ['watch', '--timeout', '0'],
    ];
    for (let round = 1; round <= 3; round += 1) {
      for (let index = 0; index < asked('').length; index += 1) {
        // A report is about what has failed.
        const isReport = asked('')[index]![0] === 'report';
        const uuid = await insertOperation(on, { state: isReport ? 'error' : 'queued' });
        const words = asked(uuid)[index]!;
        const { stdout, stderr } = await answer([...words, ...(isReport ? [] : ['--json']), ...behind]);
        expect({ words, stderr, isSeen: stdout.includes(uuid) }).toEqual({ words, stderr, isSeen: true });
      }
      for (const words of [['queues'], ['watch', 'queues', '--timeout', '0']]) {
        await insertOperation(on);
        const [row] = await on.query<{ count: number }>('SELECT COUNT(*) AS count FROM work_queue');
        const { stdout } = await answer([...words, '--json', ...behind]);
        expect({ words, stdout }).toMatchObject({
          words,
          stdout: expect.stringContaining(`"ready": ${row!.count}`),
        });
      }
    }
  },
  TIMEOUT_MS,
);

test(
  'a connection that does not ask for it misses some, so the test above can fail',
  async () => {
    const session = await database.session();
    const read = async (): Promise<number> => counter(session);
    await session.db.execute(sql`SET SESSION wsrep_sync_wait = 0`);
    expect(await staleReads(read)).toBeGreaterThan(0);
    await database.drop();
  },
  TIMEOUT_MS,
);
