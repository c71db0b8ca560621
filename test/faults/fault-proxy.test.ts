import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { FaultProxy, type Cut } from '../servers/fault-proxy.js';
import {
  createDatabase,
  sharedServer,
  startTestServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';

let server: TestServer;
let database: DatabaseSettings;
let direct: Connection;
let proxy: FaultProxy;

beforeAll(async () => {
  server = await sharedServer();
  database = await createDatabase(server, ['CREATE TABLE t (id INT PRIMARY KEY)']);
  direct = await createConnection({ ...database });
});

beforeEach(async () => {
  await direct.query('DELETE FROM t');
  proxy = await FaultProxy.start({ socketPath: server.socketPath });
});

afterEach(() => proxy.close());

afterAll(() => direct.end());

const through = () => createConnection(proxy.settings(database.database));

/** A whole short life of a connection: log in, insert one row. */
async function insertThrough(): Promise<'inserted' | { code: string }> {
  let connection: Connection | null = null;
  try {
    connection = await through();
    connection.on('error', () => undefined);
    await connection.query('INSERT INTO t VALUES (1)');
    return 'inserted';
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code! };
  } finally {
    connection?.destroy();
  }
}

/** Counted once the server has nothing of ours under way any more. */
async function rowsWhenQuiet(): Promise<number> {
  for (;;) {
    const [others] = await direct.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    if (others.length === 0) break;
  }
  const [rows] = await direct.query<RowDataPacket[]>('SELECT * FROM t');
  return rows.length;
}

const SIDES = ['before', 'after'] as const;

test('without a fault everything comes through, and is counted', async () => {
  expect(await insertThrough()).toBe('inserted');
  expect(await rowsWhenQuiet()).toBe(1);
  // Greeting and log-in, its reply, the statement, its reply.
  expect(proxy.traffic).toEqual([expect.objectContaining({ requestPackets: 2, replyPackets: 3 })]);
});

describe('a cut', () => {
  const INSERT_REQUEST = 2;
  const INSERT_REPLY = 3;
  const places: Cut[] = [
    ...[1, INSERT_REQUEST].flatMap((packet) =>
      SIDES.map((side) => ({ direction: 'request' as const, packet, side })),
    ),
    ...[1, 2, INSERT_REPLY].flatMap((packet) =>
      SIDES.map((side) => ({ direction: 'reply' as const, packet, side })),
    ),
  ];

  test.each(places)('at %j is where it was asked for', async (cut) => {
    proxy.cutOnce(cut);
    const outcome = await insertThrough();
    const { direction, packet, side } = cut as Extract<Cut, { packet: number }>;
    const serverGotIt =
      direction === 'request' ? packet === INSERT_REQUEST && side === 'after' : packet === INSERT_REPLY;
    const clientKnows = direction === 'reply' && packet === INSERT_REPLY && side === 'after';
    expect(outcome).toEqual(clientKnows ? 'inserted' : { code: 'PROTOCOL_CONNECTION_LOST' });
    expect(await rowsWhenQuiet()).toBe(serverGotIt ? 1 : 0);
    expect(proxy.hasCut).toBe(true);
  });

  test('in the middle of a packet lets through just the bytes before it', async () => {
    await insertThrough();
    await direct.query('DELETE FROM t');
    const { requestBytes } = proxy.traffic[0]!;
    proxy.cutOnce({ direction: 'request', bytes: requestBytes - 1 });
    expect(await insertThrough()).toEqual({ code: 'PROTOCOL_CONNECTION_LOST' });
    expect(await rowsWhenQuiet()).toBe(0);
  });

  test('can be a reset, which the client sees as one', async () => {
    proxy.cutOnce({ direction: 'reply', packet: INSERT_REPLY, side: 'before', ending: 'reset' });
    expect(await insertThrough()).toEqual({ code: 'ECONNRESET' });
    expect(await rowsWhenQuiet()).toBe(1);
  });

  test('can be silence: the request is carried out and nobody hears of it', async () => {
    const connection = await through();
    connection.on('error', () => undefined);
    proxy.cutOnce({ direction: 'reply', packet: INSERT_REPLY, side: 'before', ending: 'silence' });
    let isAnswered = false;
    const asked = connection.query('INSERT INTO t VALUES (1)').finally(() => (isAnswered = true));
    while ((await direct.query<RowDataPacket[]>('SELECT * FROM t'))[0].length === 0);
    expect(isAnswered).toBe(false);
    proxy.resetAll();
    await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('happens to one connection; the next one is whole', async () => {
    proxy.cutOnce({ direction: 'request', packet: INSERT_REQUEST, side: 'before' });
    expect(await insertThrough()).toEqual({ code: 'PROTOCOL_CONNECTION_LOST' });
    expect(await insertThrough()).toBe('inserted');
  });
});

test('a delay is waited for in both directions', async () => {
  const connection = await through();
  proxy.delay(40);
  const start = performance.now();
  await connection.query('SELECT 1');
  expect(performance.now() - start).toBeGreaterThanOrEqual(79);
  connection.destroy();
});

test('frozen, nothing comes through until it is thawed', async () => {
  const connection = await through();
  proxy.freeze();
  let isAnswered = false;
  const asked = connection.query('INSERT INTO t VALUES (1)').finally(() => (isAnswered = true));
  const late = through();
  for (let i = 0; i < 20; i++)
    expect((await direct.query<RowDataPacket[]>('SELECT * FROM t'))[0]).toEqual([]);
  expect(isAnswered).toBe(false);
  proxy.thaw();
  await asked;
  connection.destroy();
  (await late).destroy();
  expect(await rowsWhenQuiet()).toBe(1);
});

test('the server behind it can change between two connections', async () => {
  const other = await startTestServer();
  const datadir = async () => {
    const connection = await createConnection({ ...proxy.settings('information_schema') });
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@datadir datadir');
    await connection.end();
    return String(rows[0]!.datadir);
  };
  expect(await datadir()).toBe(`${server.dataDirectory}/`);
  proxy.switchTo({ socketPath: other.socketPath });
  expect(await datadir()).toBe(`${other.dataDirectory}/`);
  await other.stop();
});

test('a server that is gone is a lost connection', async () => {
  const other = await startTestServer();
  proxy.switchTo({ socketPath: other.socketPath });
  await other.stop();
  expect(await insertThrough()).toEqual({ code: 'ECONNRESET' });
});
