import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createConnection, type Connection } from 'mysql2/promise';
import { readGateEvidence } from '../../src/gate/evidence.js';
import { jsonOf, runCli, type Outcome } from '../cli/run.js';
import { reach } from '../fixtures/reach.js';
import { hex, now } from '../fixtures/rows.js';
import { schemaStatements } from '../fixtures/schema.js';
import type { ClusterNode } from '../servers/galera-node.js';
import { SOON_LOST, startCluster, type TestCluster } from '../servers/galera.js';

const NETWORK = '11111111-1111-4111-8111-111111111111';
const ROUNDS = 40;

describe('the gate on a cluster of three', () => {
  let cluster: TestCluster;
  let name: string;
  let writer: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ providerOptions: SOON_LOST });
    name = await cluster.createDatabase(schemaStatements());
    writer = await createConnection(cluster.nodes[0]!.settings(name));
    await writer.query(
      `INSERT INTO networks (uuid, name, namespace, netblock, provide_dhcp, provide_nat, provide_dns, vxid, version)
       VALUES (?, 'lan', 'system', '10.0.0.0/24', 0, 0, 0, 1, 6)`,
      [hex(NETWORK)],
    );
    await writer.query("INSERT INTO object_states VALUES (?, 'NETWORK', 'created', 0, NULL)", [NETWORK]);
  }, 60_000);
  afterAll(async () => {
    await writer.end();
    await cluster.stop();
  });

  /** A transaction large enough that the other nodes take a moment to apply it. */
  async function enqueueMany(): Promise<string> {
    const uuids = Array.from({ length: 200 }, () => randomUUID());
    await writer.beginTransaction();
    await writer.query(
      'INSERT INTO object_states (object_uuid, object_type, state_value, update_time) VALUES ?',
      [uuids.map((uuid) => [uuid, 'NET_OP', 'queued', now()])],
    );
    await writer.query(
      'INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at) VALUES ?',
      [uuids.map((uuid) => [uuid, 'net_op', 'NETWORK', NETWORK, now()])],
    );
    await writer.commit();
    return uuids.at(-1)!;
  }

  test('an operation acknowledged by one node holds the network on every other at once', async () => {
    const reader = reach(name, [cluster.nodes[1]!]);
    const description = await reader.describe();
    for (let round = 0; round < ROUNDS; round += 1) {
      const uuid = await enqueueMany();
      const [evidence] = await reader.snapshot(async (session) =>
        readGateEvidence(session, description, { uuids: [NETWORK] }, now()),
      );
      expect(evidence!.pending.map(({ record }) => record.uuid)).toContain(uuid);
      await writer.query("UPDATE object_states SET state_value = 'complete' WHERE object_type = 'NET_OP'");
    }
    await reader.close();
  }, 60_000);

  const ask = async (...nodes: ClusterNode[]): Promise<Outcome> => {
    const hosts = nodes.map((node) => `127.0.0.1:${node.clientPort}`).join(',');
    const { user } = nodes[0]!.settings(name);
    const where = ['--host', hosts, '--user', user, '--database', name, '--timeout', '5'];
    return runCli([...where, 'network', 'is-okay', 'lan', '--json']);
  };

  test('the answer names the node, and says that the read was causal', async () => {
    const outcome = await ask(cluster.nodes[2]!);
    expect(jsonOf(outcome)).toMatchObject({
      okay: true,
      read_consistency: { node: cluster.nodes[2]!.name, causal: true },
    });
  });

  test('a node outside the Primary Component cannot tell, and is passed over', async () => {
    const [first, , third] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
    await third.partition();
    await third.untilState('non-Primary');
    const alone = await ask(third);
    expect(jsonOf(alone)).toMatchObject({ error: { code: 'not_primary', exit_code: 69 } });
    expect(alone.exitCode).toBe(69);
    const passedOver = await ask(third, first);
    expect(jsonOf(passedOver)).toMatchObject({
      okay: true,
      read_consistency: { node: first.name, causal: true },
    });
    await third.heal();
    await cluster.settled();
  }, 60_000);
});
