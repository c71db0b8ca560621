import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import { abortsSince, countAborts } from '../../src/migrations/aborted-transactions.js';
import { withServers } from '../../src/migrations/servers.js';
import { reach } from '../fixtures/reach.js';
import { schemaStatements } from '../fixtures/schema.js';
import { startCluster, type TestCluster } from '../servers/galera.js';

const WRITERS_ON_EACH_NODE = 4;
/** Seen within a second; a failed certification cannot be had to order. */
const FAILURES = 20;
const MOST_ROUNDS = 2_000;

let cluster: TestCluster;
let name: string;
beforeAll(async () => {
  cluster = await startCluster();
  const rows = 'INSERT INTO object_metadata (object_uuid, object_type) SELECT UUID(), 1 FROM seq_1_to_40';
  name = await cluster.createDatabase([...schemaStatements(), rows]);
}, 60_000);
afterAll(async () => cluster.stop());

/** Of all nodes. */
async function counter(which: string): Promise<number> {
  const counts = await Promise.all(
    cluster.nodes.map(async (node) => {
      const administrator = await node.administrator();
      const [rows] = await administrator.query('SHOW GLOBAL STATUS WHERE Variable_name = ?', [which]);
      await administrator.end();
      return Number((rows as { Value: string }[])[0]!.Value);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

test('what is reported under writers, some of whom fail certification, is at least what they saw', async () => {
  const database = reach(name, cluster.nodes);
  const failuresBefore = await counter('wsrep_local_cert_failures');
  const abortsBefore = await counter('wsrep_local_bf_aborts');
  let isOver = false;
  let deadlocks = 0;
  const others: unknown[] = [];
  const clients = await Promise.all(
    cluster.nodes.flatMap((node) =>
      Array.from({ length: WRITERS_ON_EACH_NODE }, async () => createConnection(node.settings(name))),
    ),
  );
  const [rows] = await clients[0]!.query('SELECT object_uuid AS uuid FROM object_metadata');
  /** Writes a row of its own, so that nothing but the schema change is in its way. */
  const write = async (client: Connection, { uuid }: { uuid: string }): Promise<void> => {
    for (let round = 0; !isOver; round += 1) {
      try {
        await client.query('START TRANSACTION');
        await client.query('UPDATE object_metadata SET metadata_json = ? WHERE object_uuid = ?', [
          JSON.stringify({ round }),
          uuid,
        ]);
        await client.query('COMMIT');
      } catch (error) {
        if ((error as { errno?: number }).errno === 1213) deadlocks += 1;
        else others.push(error);
        await client.query('ROLLBACK');
      }
    }
    await client.end();
  };

  const { reported, failures } = await withServers(database, async (servers) => {
    const before = await countAborts(servers);
    const writers = clients.map(async (client, index) => write(client, (rows as { uuid: string }[])[index]!));
    const administrator = await cluster.nodes[0]!.administrator();
    let failures = 0;
    for (let round = 0; failures < FAILURES && round < MOST_ROUNDS; round += 1) {
      await administrator.query(`ALTER TABLE ${name}.object_metadata COMMENT '${round}'`);
      failures = (await counter('wsrep_local_cert_failures')) - failuresBefore;
      await delay(20); // in which the writers get to their commits
    }
    isOver = true;
    await Promise.all(writers);
    await administrator.end();
    await cluster.settled();
    return { failures, reported: await abortsSince(servers, before) };
  });
  await database.close();
  expect(failures).toBeGreaterThanOrEqual(FAILURES);
  const counted = (await counter('wsrep_local_cert_failures')) + (await counter('wsrep_local_bf_aborts'));
  expect(reported).toBe(counted - failuresBefore - abortsBefore);
  expect(others).toEqual([]);
  expect(deadlocks).toBeGreaterThan(0);
  expect(reported).toBeGreaterThanOrEqual(deadlocks);
}, 120_000);
