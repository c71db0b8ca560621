import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionFlags, jsonOf, runCli, type Outcome } from '../cli/run.js';
import { hex, INSTANCE, insertCluster, insertNode, NETWORK, NODE } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { describeOnKernel, Namespace } from './kernel.js';

const HYPERVISOR = '55555555-5555-4555-8555-555555555555';

describeOnKernel('the mesh, on real forwarding entries', () => {
  let site: Site;
  let storage: string;

  beforeAll(async () => {
    storage = await mkdtemp(join(runFolder(), 'storage-'));
    site = await Site.create();
    await insertCluster(site);
    await insertNode(site, HYPERVISOR, 'sf-2');
    await site.query('UPDATE nodes SET ip = ? WHERE uuid = ?', ['192.0.2.2', hex(HYPERVISOR)]);
    await site.query('UPDATE node_attributes SET is_network_node = 0 WHERE uuid = ?', [hex(HYPERVISOR)]);
    await site.query('UPDATE networks SET provide_dhcp = 0');
    await site.query('INSERT INTO instance_attributes (uuid, placement) VALUES (?, ?)', [
      hex(INSTANCE),
      '{"node": "sf-2"}',
    ]);
  });
  afterAll(async () => site.close());

  /** Asks on a node that floods to `floods`; null: it has no vxlan interface. */
  async function ask(node: string, floods: string[] | null): Promise<Outcome> {
    const namespace = await Namespace.create();
    try {
      await namespace.addBridge(1, 'up');
      if (floods !== null) await namespace.addVxlan(1, floods);
      return await runCli(
        [...connectionFlags(site.settings), 'network', 'is-okay', NETWORK, '--mesh', '--json'],
        {
          through: namespace.inside,
          env: { SHAKENFIST_STORAGE_PATH: storage, SHAKENFIST_NODE_UUID: node },
        },
      );
    } finally {
      await namespace.close();
    }
  }

  const meshOf = (outcome: Outcome): object =>
    jsonOf<{ networks: { verdict: string; checks: { name: string }[] }[] }>(outcome).networks.map(
      ({ verdict, checks }) => ({
        verdict,
        ...checks.find(({ name }) => name === 'mesh'),
      }),
    )[0]!;

  test.each([
    [
      'the network node floods to the hypervisor',
      NODE,
      ['192.0.2.2'],
      'pass',
      'vxlan-000001 floods to 192.0.2.2, as it should',
    ],
    [
      'the hypervisor floods to the network node',
      HYPERVISOR,
      ['192.0.2.1'],
      'pass',
      'vxlan-000001 floods to 192.0.2.1, as it should',
    ],
    ['a node is missing', NODE, [], 'fail', 'vxlan-000001: missing 192.0.2.2'],
    ['a node is too many', HYPERVISOR, ['192.0.2.1', '192.0.2.77'], 'fail', 'vxlan-000001: extra 192.0.2.77'],
    ['it floods to itself', NODE, ['192.0.2.1'], 'fail', 'vxlan-000001: missing 192.0.2.2; extra 192.0.2.1'],
    ['there is no interface', NODE, null, 'skip', 'vxlan-000001 does not exist'],
  ])('%s', async (_, node, floods, result, detail) => {
    const outcome = await ask(node, floods);
    expect(meshOf(outcome)).toMatchObject({
      verdict: result === 'fail' ? 'mesh_drifted' : 'healthy',
      result,
      detail: expect.stringContaining(detail),
    });
    expect(outcome.exitCode).toBe(result === 'fail' ? 3 : 0);
  });

  test('a placement that cannot be read makes the answer unknown', async () => {
    await site.query("UPDATE instance_attributes SET placement = 'nonsense'");
    const outcome = await ask(NODE, ['192.0.2.2']);
    expect(meshOf(outcome)).toMatchObject({
      verdict: 'unknown',
      result: 'unknown',
      detail: `the placement of instance ${INSTANCE} cannot be read`,
    });
    expect(outcome.exitCode).toBe(69);
  });
});
