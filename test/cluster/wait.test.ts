import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection, type QueryResult } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NO_DEADLINE } from '../../src/database/limits.js';
import { wait } from '../../src/operations/wait.js';
import { FakeCluster } from '../fixtures/fake-cluster.js';
import type { Transition } from '../fixtures/fake-worker.js';
import { reach } from '../fixtures/reach.js';
import { insertOperation, now } from '../fixtures/rows.js';
import { schemaStatements } from '../fixtures/schema.js';
import { attemptWait, contradictions, isFalselyGood } from '../fixtures/wait-schedule.js';
import type { ClusterNode } from '../servers/galera-node.js';
import { SOON_LOST, startCluster, type TestCluster } from '../servers/galera.js';
import { SeededRandom } from '../torture/random.js';

const WAITS = 12;

describe('wait on three nodes', () => {
  let cluster: TestCluster;
  let name: string;

  beforeAll(async () => {
    cluster = await startCluster({ providerOptions: SOON_LOST });
    name = await cluster.createDatabase(schemaStatements());
  }, 60_000);
  afterAll(async () => cluster.stop());

  const connectTo = async (node: ClusterNode): Promise<Connection> =>
    createConnection({ ...node.settings(name), jsonStrings: true, supportBigNumbers: true });

  test('at most two statements a look', async () => {
    const writer = await connectTo(cluster.nodes[0]!);
    const uuid = await insertOperation(handOf(writer));
    const statements: string[] = [];
    const controller = new AbortController();
    const database = reach(name, cluster.nodes, {
      signal: controller.signal,
      trace: (sql) => void statements.push(sql),
    });
    const looks: number[] = [];
    await wait(
      database,
      {
        ...{ subject: { operations: [uuid] }, any: false, failFast: false, newOnly: false, once: false },
        ...{ deadline: NO_DEADLINE, intervalSeconds: 0.01, retrySeconds: null },
      },
      {
        now,
        onProgress: () => {
          looks.push(statements.length);
          if (looks.length === 11) controller.abort('SIGINT');
        },
      },
    );
    expect(looks.at(-1)! - looks[0]!).toBe(20);
    await database.close();
    await writer.end();
  });

  test.each([1, 2, 3])('while nodes are killed and come back: schedule %i', async (seed) => {
    const random = new SeededRandom(seed);
    const journal: Transition[] = [];
    const [first, second, victim] = cluster.nodes.toSorted(() => random.fraction() - 0.5) as [
      ClusterNode,
      ClusterNode,
      ClusterNode,
    ];
    const workers = [first, victim, second].map(
      (home, index) =>
        new FakeCluster(
          {
            // A worker whose node died goes to one that lives.
            connect: async () => connectTo(home).catch(async () => connectTo(first)),
            ...{ seed: seed * 10 + index, workers: 2, sweeps: 0.03, reaps: 0.05 },
            ...{ keepSeconds: 2, stuckSeconds: 1.5, habits: { crash: 0.3 } },
          },
          journal,
        ),
    );
    const writer = await connectTo(first);
    const subjects = [];
    for (let index = 0; index < WAITS; index += 1) subjects.push(await makeOperations(writer, random));
    const controller = new AbortController();
    const running = workers.map(async (each) => each.run(controller.signal, 30));
    const attempts = Promise.all(
      subjects.map(async (subject) => {
        const places = cluster.nodes.toSorted(() => random.fraction() - 0.5);
        const database = reach(name, places);
        return attemptWait({ ...subject, journal, database, random }).finally(async () => database.close());
      }),
    );
    await sleep(random.below(400));
    await victim.kill();
    const ended = await attempts;
    controller.abort();
    await Promise.all(running);
    for (const each of workers) await each.close();
    await writer.end();
    await victim.revive();
    await cluster.settled();
    expect(ended.flatMap(contradictions)).toEqual([]);
    expect(ended.filter(isFalselyGood)).toEqual([]);
  });

  async function makeOperations(
    writer: Connection,
    random: SeededRandom,
  ): Promise<{ uuids: string[]; network: string }> {
    const network = random.uuid();
    const uuids: string[] = [];
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      const targets = [['NETWORK', network]] as const;
      const stored = { network_uuid: network };
      uuids.push(
        await insertOperation(handOf(writer), { uuid: random.uuid(), targets, stored, createdAt: now() - 1 }),
      );
    }
    return { uuids, network };
  }
});

function handOf(connection: Connection): Parameters<typeof insertOperation>[0] {
  return {
    query: async <Row>(sql: string, values: unknown[] = []) => {
      const [rows] = await connection.query<QueryResult>(sql, values);
      return rows as Row[];
    },
  };
}
