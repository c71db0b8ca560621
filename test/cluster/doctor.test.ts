import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { schemaStatements } from '../fixtures/schema.js';
import { diagnosisOf, listed, LIVING_NODES, type Diagnosis } from '../database/diagnosis.js';
import { jsonOf, runCli } from '../cli/run.js';
import { SOON_LOST, startCluster, type TestCluster } from '../servers/galera.js';

let cluster: TestCluster;
let database: string;

beforeAll(async () => {
  cluster = await startCluster({ providerOptions: SOON_LOST });
  database = await cluster.createDatabase([...schemaStatements(), ...LIVING_NODES]);
}, 60_000);

afterAll(async () => {
  await cluster.stop();
});

/** Asked at the node's own address; `alsoNamed` are configured beside it. */
async function diagnosis(node: number, ...alsoNamed: number[]): Promise<Diagnosis> {
  return diagnosisOf(cluster.nodes[node]!.settings(database), {
    otherAddresses: alsoNamed.map((other) => ({ host: '127.0.0.1', port: cluster.nodes[other]!.clientPort })),
  });
}

test('a healthy cluster passes, and every node is found from the address of one', async () => {
  const found = await diagnosis(0);

  expect(listed(found, 'fail', 'warn', 'unknown')).toEqual([]);
  expect(found.get('addresses')!.detail).toBe(
    `Every address answers: 127.0.0.1:${cluster.nodes[0]!.clientPort}.`,
  );
  expect(found.get('galera-state')!.detail).toBe(
    'Every node is Primary and Synced. node1 Primary/Synced, node2 Primary/Synced, node3 Primary/Synced.',
  );
  expect(found.get('galera-size')!.detail).toBe('3 nodes, all asked.');
  expect(found.get('galera-auto-increment')!.detail).toMatch(/node1 takes \d \+ n × 3/);
  expect(found.get('server-clocks')!.result).toBe('pass');
});

test('the answer has a line and an object for every node', async () => {
  const { user, host, port } = cluster.nodes[1]!.settings(database);
  const args = ['doctor', '--host', `${host}:${port}`, '--user', user, '--database', database];

  const table = await runCli([...args, '--format', 'table']);
  const lines = table.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('node'));
  expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['node1', 'node2', 'node3']);
  for (const line of lines) {
    expect(line).toMatch(
      / · Primary, Synced · 3 nodes · committed \d+ · paused 0\.\d % · clock [+-]\d\.\d{3} s · 10\.11\./,
    );
  }

  const { nodes } = jsonOf<{ nodes: Record<string, unknown>[] }>(await runCli([...args, '--json']));
  expect(nodes).toHaveLength(3);
  expect(nodes[0]).toMatchObject({
    address: `${host}:${port}`,
    configured: true,
    reachable: true,
    node: 'node2',
    cluster_status: 'Primary',
    local_state: 'Synced',
    cluster_size: 3,
    osu_method: 'TOI',
    last_committed: expect.any(Number),
    flow_control_paused: expect.any(Number),
    clock_skew_seconds: expect.any(Number),
  });
  expect(nodes[1]).toMatchObject({ configured: false, reachable: true });
});

test('a node that is named twice is one node', async () => {
  const found = await diagnosis(0, 0, 1);
  expect(found.get('galera-size')).toMatchObject({ result: 'pass', detail: '3 nodes, all asked.' });
  expect(found.get('galera-state')!.detail.match(/node1/g)).toHaveLength(1);
});

test('a node whose schema changes stay with it fails', async () => {
  const administrator = await cluster.nodes[2]!.administrator();
  try {
    await administrator.query("SET GLOBAL wsrep_OSU_method = 'RSU'");
    expect((await diagnosis(0)).get('galera-schema-changes')).toMatchObject({
      result: 'fail',
      detail: 'wsrep_OSU_method: node3 has RSU.',
    });
  } finally {
    await administrator.query("SET GLOBAL wsrep_OSU_method = 'TOI'");
    await administrator.end();
  }
});

test('a node that is cut off fails by name, and the others are still asked about Shaken Fist', async () => {
  const node = cluster.nodes[2]!;
  await node.partition();
  try {
    await node.untilState('non-Primary');
    const found = await diagnosis(2, 0);

    expect(found.get('galera-state')!.result).toBe('fail');
    expect(found.get('galera-state')!.detail).toContain('node3 non-Primary/');
    expect(found.get('galera-state')!.hint).toContain('error log of node3');
    expect(found.get('galera-size')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('node3 sees 1'),
    });
    expect(found.get('tables')!.result).toBe('pass');
  } finally {
    await node.heal();
  }
}, 60_000);

test('a node without a majority is diagnosed, and what it cannot answer for is unknown', async () => {
  const node = cluster.nodes[2]!;
  await node.partition();
  try {
    await node.untilState('non-Primary');
    const found = await diagnosis(2);

    expect(listed(found, 'fail')).toContain('galera-state: fail');
    expect(found.get('tables')).toMatchObject({
      result: 'unknown',
      detail: expect.stringContaining('Primary'),
    });
    expect(
      listed(found, 'pass').filter((line) => !/^(addresses|clock|server-clocks|galera-)/.test(line)),
    ).toEqual([]);
  } finally {
    await node.heal();
  }
}, 60_000);

test('a node that is gone fails where it is named, and is missed where only the cluster knows it', async () => {
  const node = cluster.nodes[2]!;
  await node.stop();
  try {
    const named = await diagnosis(0, 2);
    expect(listed(named, 'fail')).toEqual(['addresses: fail']);
    expect(named.get('addresses')!.detail).toContain(
      `127.0.0.1:${node.clientPort}: The database does not answer`,
    );

    const unnamed = await diagnosis(0);
    expect(listed(unnamed, 'fail')).toEqual([]);
    expect(unnamed.get('galera-size')).toMatchObject({
      result: 'warn',
      detail: 'The cluster has 2 nodes, and wsrep_cluster_address names 3.',
    });
  } finally {
    await node.revive();
  }
}, 60_000);

// The last one: the others throw a silent node out, and it takes its time to come back.
test('a frozen node is named within seconds', async () => {
  const node = cluster.nodes[2]!;
  node.freeze();
  try {
    const found = await diagnosis(0, 2);
    expect(found.get('addresses')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining(`127.0.0.1:${node.clientPort}: `),
    });
    expect(found.get('tables')!.result).toBe('pass');
  } finally {
    node.thaw();
  }
}, 60_000);
