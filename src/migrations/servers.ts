import { describeAddress, type ServerAddress } from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';
import { Database } from '../database/database.js';
import { incomingAddresses } from '../database/incoming-addresses.js';
import { globalStatus } from '../database/server-variables.js';
import type { Session } from '../database/session.js';

/** One server that holds the table: a Galera node, or the only server there is. */
export interface ServerNode {
  /** The Galera node's name, or the host's. */
  name: string;
  /** Never fails over: it answers for this node or not at all. */
  database: Database;
}

export interface UnseenNode {
  address: string;
  reason: string;
  /** True if it answered, and is outside the Primary Component or not Synced. */
  isUnfit: boolean;
}

/**
 * Every server on which a schema change takes effect. On Galera it takes effect on all nodes at once, so all of them
 * are looked at: those that the operator named, and those that the cluster itself names.
 */
export class Servers {
  constructor(
    /** Where questions that any node can answer go, and what writes. */
    readonly database: Database,
    readonly nodes: readonly ServerNode[],
    /** Galera nodes that do not answer this account. */
    readonly unseen: readonly UnseenNode[],
    /** Null on a standalone server. */
    readonly clusterSize: number | null,
  ) {}

  get isGalera(): boolean {
    return this.clusterSize !== null;
  }

  /** How many nodes of the cluster nobody could look at. */
  get unseenCount(): number {
    return this.clusterSize === null ? 0 : Math.max(0, this.clusterSize - this.nodes.length);
  }

  /** Asks every node the same, and gives the answers by node. */
  async askAll<T>(question: (session: Session) => Promise<T>): Promise<{ node: string; answer: T }[]> {
    return Promise.all(
      this.nodes.map(async ({ name, database }) => ({ node: name, answer: await database.read(question) })),
    );
  }

  async close(): Promise<void> {
    await Promise.all(
      this.nodes.filter((node) => node.database !== this.database).map((node) => node.database.close()),
    );
  }
}

export async function withServers<T>(database: Database, work: (servers: Servers) => Promise<T>): Promise<T> {
  const servers = await findServers(database);
  try {
    return await work(servers);
  } finally {
    await servers.close();
  }
}

async function findServers(database: Database): Promise<Servers> {
  const { galera, node } = await database.identity();
  if (galera === null) return new Servers(database, [{ name: node, database }], [], null);

  const addresses = [
    ...database.settings.addresses,
    ...incomingAddresses((await wsrepStatus(database, 'wsrep_incoming_addresses')) ?? ''),
  ];
  const nodes = new Map<string, ServerNode>();
  const unseen: UnseenNode[] = [];
  for (const address of distinct(addresses)) {
    const single = new Database({ ...database.settings, addresses: [address] }, database.options);
    try {
      const { node: name } = await single.identity();
      const id = (await wsrepStatus(single, 'wsrep_gcomm_uuid')) ?? name;
      if (nodes.has(id)) await single.close();
      else nodes.set(id, { name, database: single });
    } catch (error) {
      await single.close();
      if (!(error instanceof UnavailableError)) throw error;
      unseen.push({
        address: describeAddress(address),
        reason: error.message,
        isUnfit: error.word === 'not_primary' || error.word === 'not_synced',
      });
    }
  }
  return new Servers(database, [...nodes.values()], unseen, galera.clusterSize);
}

async function wsrepStatus(database: Database, name: string): Promise<string | undefined> {
  return (await database.read((session) => globalStatus(session, [name]))).get(name);
}

function distinct(addresses: readonly ServerAddress[]): ServerAddress[] {
  return [...new Map(addresses.map((address) => [describeAddress(address), address])).values()];
}
