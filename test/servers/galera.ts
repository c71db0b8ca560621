import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { obtainServer, type ServerInstallation } from '../../src/sandbox/installation.js';
import { ClusterNode } from './galera-node.js';
import { createDatabase, onceInRun } from './mariadb.js';
import { freePorts } from './ports.js';
import { runFolder, serverCache } from './run-folder.js';

export interface ClusterOptions {
  /** Three unless told. */
  nodes?: number;
  /** With Galera's library; the one of this machine's own Debian release unless told. */
  installation?: ServerInstallation;
  /** More options of `mariadbd`, for every node. */
  extraArguments?: readonly string[];
  /** Galera's own, e.g. `SOON_LOST`; they win over the ones set here. */
  providerOptions?: Readonly<Record<string, string>>;
}

export interface TestCluster {
  nodes: readonly ClusterNode[];
  version: string;
  /** A new database on every node, owned by the account that `ClusterNode.settings` logs in as; returns its name. */
  createDatabase(statements: readonly string[]): Promise<string>;
  /** Waits until every node sees all the others, is Synced, and has applied everything committed so far. */
  settled(): Promise<void>;
  /** Does away with every node at once. A cluster that no test stops ends with the run. */
  stop(): Promise<void>;
}

/** A cluster forms quickly, and outlasts a machine that stands still for some seconds, as busy virtual ones do. */
const PROVIDER_OPTIONS = {
  'evs.keepalive_period': 'PT0.1S',
  'evs.join_retrans_period': 'PT0.1S',
  'evs.inactive_check_period': 'PT0.1S',
  'evs.suspect_timeout': 'PT20S',
  'evs.inactive_timeout': 'PT30S',
  'gmcast.peer_timeout': 'PT15S',
  'gmcast.time_wait': 'PT0.5S',
  'pc.announce_timeout': 'PT0.5S',
  'gcache.size': '64M',
};

/** For tests that kill, freeze or cut off nodes, and wait until the others notice. */
export const SOON_LOST = {
  'evs.suspect_timeout': 'PT2S',
  'evs.inactive_timeout': 'PT4S',
  'evs.install_timeout': 'PT2S',
  'gmcast.peer_timeout': 'PT1S',
};

/**
 * The server and Galera of this machine's Debian release, out of their packages.
 *
 * @throws RefusedError if they are not in the cache and cannot be downloaded
 */
export function galeraServer(): Promise<ServerInstallation> {
  return obtainServer({ packages: ['mariadb-server-core', 'galera-4'] }, serverCache());
}

/** A Galera cluster of private servers on this machine, Synced: one to two seconds. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const installation = options.installation ?? (await galeraServer());
  const template = await clusterTemplate(installation);
  const folder = await mkdtemp(join(runFolder(), 'cluster-'));
  const nodes = await planNodes(folder, installation, template, options);
  // One after the other: nodes that join at once make each other form the group anew.
  for (const [i, node] of nodes.entries()) await node.start(i === 0 ? 'first' : 'member');

  const settled = async () => {
    const [first, ...others] = nodes;
    await first!.untilStatus('wsrep_cluster_size', String(nodes.length));
    const configuration = await first!.status('wsrep_cluster_conf_id');
    for (const node of others) await node.untilStatus('wsrep_cluster_conf_id', configuration);
    for (const node of nodes) await node.untilState('Synced');
    for (const node of nodes) await node.untilApplied();
  };
  return {
    nodes,
    version: installation.version,
    settled,
    createDatabase: async (statements) => {
      const { database } = await createDatabase(nodes[0]!, statements);
      await settled();
      return database;
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
  };
}

/**
 * A data directory at a position of a real cluster's history. Nodes that begin as copies of it are at the same
 * position, so that the first one leads and the others catch up with nothing but its latest changes.
 */
function clusterTemplate(installation: ServerInstallation): Promise<string> {
  const folder = join(runFolder(), `cluster-template-${installation.version}`);
  const template = join(folder, 'template');
  return onceInRun(template, async () => {
    const [node] = await planNodes(folder, installation, null, { nodes: 1 });
    await node!.start('first');
    await node!.stop();
    // Its write-set cache and its last membership are the one node's own.
    for (const name of ['galera.cache', 'gvwstate.dat'])
      await rm(join(folder, 'node1', 'data', name), { force: true });
    await rename(join(folder, 'node1', 'data'), template);
  });
}

async function planNodes(
  folder: string,
  installation: ServerInstallation,
  template: string | null,
  options: ClusterOptions,
): Promise<ClusterNode[]> {
  if (installation.galeraLibrary === null)
    throw new Error(`MariaDB ${installation.version} is without Galera`);
  const count = options.nodes ?? 3;
  const ports = await freePorts(3 * count);
  const [clientPorts, groupPorts, transferPorts] = [0, 1, 2].map((i) =>
    ports.slice(i * count, (i + 1) * count),
  );
  const clusterArguments = [
    '--wsrep-on=ON',
    `--wsrep-provider=${installation.galeraLibrary}`,
    `--wsrep-cluster-name=${randomBytes(6).toString('hex')}`,
    `--wsrep-cluster-address=gcomm://${groupPorts!.map((port) => `127.0.0.1:${port}`).join(',')}`,
    '--wsrep-sst-method=ist_only',
    '--wsrep-slave-threads=2',
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    ...(options.extraArguments ?? []),
  ];
  return clientPorts!.map((clientPort, i) => {
    const name = `node${i + 1}`;
    return new ClusterNode({
      name,
      folder: join(folder, name),
      installation,
      clientPort,
      template,
      nodeArguments: [
        ...clusterArguments,
        `--wsrep-node-name=${name}`,
        '--wsrep-node-address=127.0.0.1',
        `--wsrep-node-incoming-address=127.0.0.1:${clientPort}`,
        `--wsrep-provider-options=${providerOptions(groupPorts![i]!, transferPorts![i]!, options)}`,
      ],
    });
  });
}

function providerOptions(groupPort: number, transferPort: number, options: ClusterOptions): string {
  const all = {
    'gmcast.listen_addr': `tcp://127.0.0.1:${groupPort}`,
    'ist.recv_addr': `127.0.0.1:${transferPort}`,
    ...PROVIDER_OPTIONS,
    ...options.providerOptions,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}
