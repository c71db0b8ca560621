import { sql } from 'drizzle-orm';
import { describeAddress } from '../configuration/connection-settings.js';
import { isUnknownVariable } from './server-errors.js';
import { galeraUnfitness } from '../core/server-fitness.js';
import type { Session } from './session.js';

/** Who answered. Read once for each connection. */
export interface ServerIdentity {
  /** As it was dialled: `db1:3306` or a socket's path. A proxy may stand there. */
  address: string;
  /** `VERSION()` as the server gives it, for example `10.11.19-MariaDB-0+deb12u1`. */
  version: string;
  /** The Galera node's name, otherwise the server's host name. */
  node: string;
  /** A standalone server that refuses writes is most likely a replica: it may lag, and its reads are not causal. */
  readOnly: boolean;
  /** Null on a server that is not part of a Galera cluster. */
  galera: GaleraMembership | null;
}

export interface GaleraMembership {
  /** `Primary`, `non-Primary` or `Disconnected`. */
  clusterStatus: string;
  /** `Synced`, `Donor/Desynced`, `Joined`, … */
  localState: string;
  clusterSize: number;
}

export async function identify(session: Session): Promise<ServerIdentity> {
  const [server] = await session.rows<{ version: string; hostname: string; read_only: number }>(
    sql`SELECT VERSION() AS version, @@hostname AS hostname, @@global.read_only AS read_only`,
  );
  const wsrep = await wsrepSettings(session);
  return {
    address: describeAddress(session.address),
    version: server!.version,
    node: wsrep === null || wsrep.node_name === '' ? server!.hostname : wsrep.node_name,
    readOnly: server!.read_only === 1,
    galera: wsrep === null ? null : await membership(session),
  };
}

/** Null where the server was built without wsrep, or it is switched off. */
async function wsrepSettings(session: Session): Promise<{ node_name: string } | null> {
  try {
    const [row] = await session.rows<{ wsrep_on: number; node_name: string }>(
      sql`SELECT @@global.wsrep_on AS wsrep_on, @@global.wsrep_node_name AS node_name`,
    );
    return row!.wsrep_on === 1 ? row! : null;
  } catch (error) {
    if (isUnknownVariable(error)) return null;
    throw error;
  }
}

async function membership(session: Session): Promise<GaleraMembership> {
  const rows = await session.rows<{ Variable_name: string; Value: string }>(
    sql`SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_cluster_size')`,
  );
  const status = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  return {
    clusterStatus: status.get('wsrep_cluster_status') ?? 'unknown',
    localState: status.get('wsrep_local_state_comment') ?? 'unknown',
    clusterSize: Number(status.get('wsrep_cluster_size') ?? 0),
  };
}

export interface Unfitness {
  word: 'not_mariadb' | 'not_primary' | 'not_synced';
  /** Completes `the server …`. */
  reason: string;
}

/** Why this server is not the one to ask, or null if it is. */
export function whyUnfit({ version, galera }: ServerIdentity): Unfitness | null {
  if (!/mariadb/i.test(version)) return { word: 'not_mariadb', reason: `is not MariaDB (${version})` };
  if (galera === null) return null;
  const word = galeraUnfitness(galera);
  if (word === null) return null;
  return word === 'not_primary'
    ? { word, reason: `is not in the Primary Component (${galera.clusterStatus})` }
    : { word, reason: `is not synced (${galera.localState})` };
}
