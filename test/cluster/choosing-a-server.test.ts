import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Connection } from 'mysql2/promise';
import { Database } from '../../src/database/database.js';
import { deadlineIn, DEFAULT_LIMITS } from '../../src/database/limits.js';
import type { SessionOptions } from '../../src/database/session.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import { attachment, enqueueOne } from '../fixtures/enqueueing.js';
import { settingsFor, type Reachable } from '../fixtures/reach.js';
import { schemaStatements } from '../fixtures/schema.js';
import { sessionOptions } from '../fixtures/site.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { SOON_LOST, startCluster, type TestCluster } from '../servers/galera.js';
import type { ClusterNode } from '../servers/galera-node.js';
import { freePorts } from '../servers/ports.js';

const TIMEOUT_MS = 60_000;

let cluster: TestCluster;
let name: string;
let first: ClusterNode;
let second: ClusterNode;
let third: ClusterNode;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  cluster = await startCluster({ providerOptions: SOON_LOST });
  name = await cluster.createDatabase(schemaStatements());
  [first, second, third] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
}, TIMEOUT_MS);

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

afterAll(async () => cluster.stop());

function reach(
  places: readonly Reachable[],
  options: Partial<SessionOptions> = {},
): { database: Database; notices: string[] } {
  const notices: string[] = [];
  const notice = (text: string): void => void notices.push(text);
  const database = new Database(settingsFor(name, ...places), { ...sessionOptions(), notice, ...options });
  opened.push(database);
  return { database, notices };
}

const nodeOf = async (database: Database): Promise<string> => (await database.readConsistency()).node;

/** Takes connections and never says a word, as a frozen server does. */
async function silentServer(): Promise<Reachable> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ close: async () => void server.close() });
  server.on('connection', (socket) => opened.push({ close: async () => void socket.destroy() }));
  return { port: (server.address() as { port: number }).port };
}

async function asAdministrator<T>(
  node: ClusterNode,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await node.administrator();
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

describe('of several hosts', () => {
  test('the first is taken, silently, if it is fit', async () => {
    const { database, notices } = reach([second, first]);
    expect(await database.readConsistency()).toEqual({ node: 'node2', causal: true });
    expect(notices).toEqual([]);
  });

  test('one that nobody listens on is passed over, and which one is used is said', async () => {
    const [port] = await freePorts(1);
    const { database, notices } = reach([{ port: port! }, second]);
    expect(await nodeOf(database)).toBe('node2');
    expect(notices).toEqual([
      `127.0.0.1:${port}: The database does not answer: connect ECONNREFUSED 127.0.0.1:${port} Using node2 instead.`,
    ]);
  });

  test('a name that does not resolve is passed over', async () => {
    const settings = settingsFor(name, third);
    const unknown = { host: 'db.invalid', port: 3306 };
    const database = new Database(
      { ...settings, addresses: [unknown, ...settings.addresses] },
      sessionOptions(),
    );
    opened.push(database);
    expect(await nodeOf(database)).toBe('node3');
  });

  test('a silent one costs its share of --timeout, and leaves the rest to the next', async () => {
    const { database } = reach([await silentServer(), await silentServer(), third], {
      deadline: deadlineIn(3),
    });
    expect(await nodeOf(database)).toBe('node3');
  });

  test('the failure names what is wrong with each when none is fit', async () => {
    const [port] = await freePorts(1);
    const limits = { ...DEFAULT_LIMITS, connectSeconds: 0.2 };
    const { database } = reach([{ port: port! }, await silentServer()], { limits });
    await expect(database.describe()).rejects.toMatchObject({
      exitCode: 69,
      word: 'unreachable',
      message: expect.stringMatching(/None of the 2 servers.*ECONNREFUSED.*ETIMEDOUT/),
    });
  });
});

test(
  'a node outside the Primary Component is passed over, and alone cannot tell',
  async () => {
    await first.partition();
    await first.untilState('non-Primary');
    try {
      expect(await nodeOf(reach([first, second]).database)).toBe('node2');
      await expect(reach([first]).database.describe()).rejects.toMatchObject({
        exitCode: 69,
        word: 'not_primary',
      });
      // Some sites read causally by default; there even the first look is refused, with another error.
      await asAdministrator(first, async (connection) => connection.query('SET GLOBAL wsrep_sync_wait = 1'));
      expect(await nodeOf(reach([first, second]).database)).toBe('node2');
    } finally {
      await asAdministrator(first, async (connection) => connection.query('SET GLOBAL wsrep_sync_wait = 0'));
      await first.heal();
      await cluster.settled();
    }
  },
  TIMEOUT_MS,
);

test(
  'a desynced node is passed over; alone it cannot tell',
  async () => {
    await asAdministrator(first, async (connection) => {
      await connection.query('SET GLOBAL wsrep_desync = ON');
      try {
        expect(await nodeOf(reach([first, third]).database)).toBe('node3');
        await expect(reach([first]).database.identity()).rejects.toMatchObject({
          exitCode: 69,
          word: 'not_synced',
          message: expect.stringContaining('is not synced (Donor/Desynced)'),
        });
      } finally {
        await connection.query('SET GLOBAL wsrep_desync = OFF');
      }
    });
    await first.untilState('Synced');
  },
  TIMEOUT_MS,
);

test(
  'a node that cannot catch up is left for one that has; alone it cannot tell',
  async () => {
    const limits = { ...DEFAULT_LIMITS, causalSeconds: 0.3, retrySeconds: 1 };
    const raw = attachment();
    const asks = async (database: Database): Promise<number> => {
      const description = await database.describe();
      const object = { typeName: 'NETWORK', uuid: String(raw.network_uuid) };
      return (await database.snapshot(async (session) => activeTargets(session, description, [object])))
        .length;
    };
    const { database } = reach([first, second], { limits });
    const { database: alone } = reach([first], { limits });
    for (const each of [database, alone]) expect(await nodeOf(each)).toBe('node1');
    await asAdministrator(first, async (connection) => {
      // Nothing that the others commit is applied meanwhile.
      await connection.query('FLUSH TABLES WITH READ LOCK');
      await enqueueOne(reach([second]).database, raw);
      expect(await asks(database)).toBe(1);
      expect(await nodeOf(database)).toBe('node2');
      // Asked again over a new connection, the node says of itself that it is desynced while the lock lasts.
      await expect(asks(alone)).rejects.toMatchObject({ exitCode: 69, word: 'not_synced' });
      await connection.query('UNLOCK TABLES');
    });
    await first.untilState('Synced');
  },
  TIMEOUT_MS,
);

test(
  'behind one address the server can change between two connections',
  async () => {
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: first.clientPort });
    opened.push(proxy);
    const { database } = reach([proxy]);
    const raw = attachment();
    expect(await nodeOf(database)).toBe('node1');
    await enqueueOne(database, raw);
    proxy.switchTo({ host: '127.0.0.1', port: third.clientPort });
    proxy.resetAll();
    const description = await database.describe();
    const object = { typeName: 'INSTANCE', uuid: String(raw.instance_uuid) };
    const active = await database.read(async (session) => activeTargets(session, description, [object]));
    expect(active.map(({ operationUuid }) => operationUuid)).toEqual([raw.uuid]);
    expect(await nodeOf(database)).toBe('node3');
  },
  TIMEOUT_MS,
);

test(
  'a node that dies with a COMMIT in hand: what it did is learned from the others',
  async () => {
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: third.clientPort });
    opened.push(proxy);
    const { database } = reach([proxy, first, second]);
    await database.describe();
    const raw = attachment(randomUUID());
    const killed = new Promise<void>((resolve) => {
      proxy.cutOnce({ direction: 'request', statement: 'COMMIT', side: 'after' }, () =>
        resolve(third.kill()),
      );
    });
    const plan = await enqueueOne(database, raw);
    await killed;
    expect(plan.operationUuid).toBe(raw.uuid);
    const description = await database.describe();
    const object = { typeName: 'NETWORK', uuid: String(raw.network_uuid) };
    const active = await database.read(async (session) => activeTargets(session, description, [object]));
    expect(active).toHaveLength(1);
    await third.revive();
    await cluster.settled();
  },
  TIMEOUT_MS,
);
