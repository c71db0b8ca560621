import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertNetwork, insertNode, insertOperation, NETWORK, NODE, setState } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { runCli } from './run.js';

let site: Site;
let proxy: FaultProxy;

beforeAll(async () => {
  site = await Site.create();
  await insertNode(site, NODE, 'sf-1');
  await insertNetwork(site, NETWORK, 'web');
  await setState(site, 'NETWORK', NETWORK, 'created');
  for (let count = 0; count < 3; count += 1) await insertOperation(site);
  proxy = await FaultProxy.start({ socketPath: site.settings.socketPath });
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

/** Of what a client sends: its answer to the greeting, and its goodbye. */
const NOT_STATEMENTS = 2;

test.each<[string, number, number, string[]]>([
  ['pending', 6, 0, ['pending', 'network', 'web']],
  ['pending, by uuid', 5, 0, ['pending', 'network', NETWORK]],
  ['network is-okay --all', 8, 0, ['network', 'is-okay', '--all']],
  ['enqueue', 6, 0, ['enqueue', 'net_op', '--network-uuid', 'web', '--task', 'network_ensure_mesh']],
])('%s takes at most %d round trips after the handshake', async (_, most, exitCode, words) => {
  const before = proxy.traffic.length;
  const { user, database } = site.settings;
  const address = [
    '--host',
    '127.0.0.1',
    '--port',
    String(proxy.port),
    '--user',
    user,
    '--database',
    database,
  ];
  const outcome = await runCli([...words, ...address]);
  expect(outcome).toMatchObject({ exitCode });
  const connections = proxy.traffic.slice(before);
  const packets = connections.reduce((sum, { requestPackets }) => sum + requestPackets, 0);
  expect(packets - NOT_STATEMENTS * connections.length).toBeLessThanOrEqual(most);
  expect(connections).toHaveLength(1);
});
