import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bridgeName } from '../../src/core/gate/network.js';
import { connectionFlags, jsonOf, runCli } from '../cli/run.js';
import { hex, insertNetwork, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { describeOnKernel, Namespace } from './kernel.js';

interface Situation {
  uuid: string;
  vxid: number;
  isPending: boolean;
  bridge: 'absent' | 'down' | 'up';
  provides: 'nothing' | 'dhcp' | 'dns';
  dnsmasq: 'running' | 'stopped' | 'reused pid' | 'dead pid' | 'garbage';
}

const SITUATIONS: Situation[] = [true, false]
  .flatMap((isPending) =>
    (['absent', 'down', 'up'] as const).flatMap((bridge) =>
      (['nothing', 'dhcp', 'dns'] as const).flatMap((provides) =>
        (['running', 'stopped', 'reused pid', 'dead pid', 'garbage'] as const).map((dnsmasq) => ({
          uuid: randomUUID(),
          vxid: 0,
          isPending,
          bridge,
          provides,
          dnsmasq,
        })),
      ),
    ),
  )
  .map((situation, index) => ({ ...situation, vxid: 0xa00 + index }));

/** The rule as Shaken Fist states it, without a word of ours. */
function isOkay(
  { isPending, bridge, provides, dnsmasq }: Situation,
  onNetworkNode: boolean,
  lenient: boolean,
): boolean {
  const isRunning = dnsmasq === 'running' || (lenient && dnsmasq === 'reused pid');
  if (isPending) return true;
  if (bridge !== 'up') return false;
  if (!onNetworkNode) return true;
  if (provides !== 'nothing' && !isRunning) return false;
  return true;
}

describeOnKernel('the rule, on real bridges and with a real dnsmasq', () => {
  let site: Site;
  let namespace: Namespace;
  let storage: string;

  beforeAll(async () => {
    storage = await mkdtemp(join(runFolder(), 'storage-'));
    site = await Site.create();
    namespace = await Namespace.create();
    for (const situation of SITUATIONS) {
      const { uuid, vxid, isPending, bridge, provides } = situation;
      await insertNetwork(site, uuid, `net-${vxid}`);
      await site.query('UPDATE networks SET vxid = ?, provide_dhcp = ?, provide_dns = ? WHERE uuid = ?', [
        vxid,
        provides === 'dhcp',
        provides === 'dns',
        hex(uuid),
      ]);
      if (isPending) await insertOperation(site, { targets: [['NETWORK', uuid]] });
      if (bridge !== 'absent') await namespace.addBridge(vxid, bridge);
      await placeDnsmasq(situation);
    }
  }, 120_000);

  afterAll(async () => {
    await namespace.close();
    await site.close();
  });

  async function placeDnsmasq({ uuid, dnsmasq }: Situation): Promise<void> {
    if (dnsmasq === 'running') return void (await namespace.startDnsmasq(storage, uuid));
    if (dnsmasq === 'stopped') return;
    await mkdir(join(storage, 'dhcp', uuid), { recursive: true });
    const content = {
      'reused pid': String(process.pid),
      'dead pid': String(2 ** 22 + 1),
      garbage: 'no pid\n',
    };
    await writeFile(join(storage, 'dhcp', uuid, 'pid'), content[dnsmasq]);
  }

  test.each([
    [true, false],
    [true, true],
    [false, false],
  ])(
    `holds in ${SITUATIONS.length} situations (network node: %j, lenient: %j)`,
    async (onNetworkNode, lenient) => {
      const outcome = await runCli(
        [
          ...connectionFlags(site.settings),
          ...['network', 'is-okay', '--all', '--json', '--host-checks', 'on'],
          ...(lenient ? ['--lenient-dnsmasq'] : []),
        ],
        {
          through: namespace.inside,
          env: { SHAKENFIST_STORAGE_PATH: storage, SHAKENFIST_NODE_IS_NETWORK_NODE: String(onNetworkNode) },
        },
      );
      const { okay, networks } = jsonOf<{
        okay: boolean;
        networks: { network_uuid: string; okay: boolean; scope: string }[];
      }>(outcome);
      const found = new Map(networks.map((network) => [network.network_uuid, network]));
      for (const situation of SITUATIONS) {
        expect({ ...situation, ...found.get(situation.uuid) }).toMatchObject({
          okay: isOkay(situation, onNetworkNode, lenient),
          scope: 'host',
        });
      }
      expect({ okay, exitCode: outcome.exitCode }).toEqual({ okay: false, exitCode: 3 });
    },
    60_000,
  );

  test('looking writes nothing: no file, no interface, no row', async () => {
    const before = await everything();
    await runCli(
      [...connectionFlags(site.settings), 'network', 'is-okay', '--all', '--host-checks', 'on', '--mesh'],
      {
        through: namespace.inside,
        env: { SHAKENFIST_STORAGE_PATH: storage, SHAKENFIST_NODE_IS_NETWORK_NODE: 'true' },
      },
    );
    expect(await everything()).toEqual(before);
  }, 60_000);

  async function everything(): Promise<object> {
    const files = await readdir(storage, { recursive: true });
    const times = await Promise.all(
      files.map(async (name) => [name, (await stat(join(storage, name))).mtimeMs]),
    );
    const tables = await site.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const sums = await site.query(`CHECKSUM TABLE ${tables.map(({ name }) => name).join(', ')}`);
    return { times, sums, links: await namespace.links() };
  }

  test('each failure says what it found', async () => {
    const reasonOf = async (wanted: Partial<Situation>): Promise<string> => {
      const { uuid } = SITUATIONS.find((one) =>
        Object.entries(wanted).every(([key, value]) => one[key as keyof Situation] === value),
      )!;
      const outcome = await runCli(
        [...connectionFlags(site.settings), 'network', 'is-okay', uuid, '--json', '--host-checks', 'on'],
        {
          through: namespace.inside,
          env: { SHAKENFIST_STORAGE_PATH: storage, SHAKENFIST_NODE_IS_NETWORK_NODE: 'true' },
        },
      );
      const [network] = jsonOf<{ networks: { verdict: string; reason: string }[] }>(outcome).networks;
      return `${network!.verdict}: ${network!.reason.replaceAll(storage, 'STORAGE').replaceAll(uuid, 'UUID')}`;
    };
    const bare = { isPending: false, provides: 'dhcp' } as const;
    const absent = SITUATIONS.find(({ isPending, bridge }) => !isPending && bridge === 'absent')!;
    expect(await reasonOf({ isPending: false, bridge: 'absent' })).toBe(
      `not_created: bridge ${bridgeName(absent.vxid)} does not exist`,
    );
    expect(await reasonOf({ isPending: false, bridge: 'down' })).toMatch(
      /^not_created: bridge br-vxlan-\S+ is down$/,
    );
    expect(await reasonOf({ ...bare, bridge: 'up', dnsmasq: 'stopped' })).toBe(
      'dnsmasq_not_running: STORAGE/dhcp/UUID/pid does not exist',
    );
    expect(await reasonOf({ ...bare, bridge: 'up', dnsmasq: 'garbage' })).toBe(
      'dnsmasq_not_running: STORAGE/dhcp/UUID/pid does not hold a pid',
    );
    expect(await reasonOf({ ...bare, bridge: 'up', dnsmasq: 'dead pid' })).toBe(
      'dnsmasq_not_running: dnsmasq is not running: there is no process 4194305',
    );
    expect(await reasonOf({ ...bare, bridge: 'up', dnsmasq: 'reused pid' })).toMatch(
      new RegExp(
        `^dnsmasq_not_running: process ${process.pid} is not this network's dnsmasq, it is .*: the pid was reused$`,
      ),
    );
  }, 60_000);
});
