import { sql } from 'drizzle-orm';
import { describeAddress } from '../configuration/connection-settings.js';
import { galeraUnfitness } from '../core/server-fitness.js';
import { isUnknownTable } from './server-errors.js';
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

const VARIABLES = ['version', 'hostname', 'read_only', 'wsrep_on', 'wsrep_node_name'];
const STATUS = ['wsrep_cluster_status', 'wsrep_local_state_comment', 'wsrep_cluster_size'];

export interface VariableRow {
  name: string;
  value: string;
}

export const IDENTITY = sql`
  SELECT variable_name AS name, variable_value AS value FROM information_schema.global_variables
  WHERE variable_name IN ${VARIABLES} UNION ALL
  SELECT variable_name, variable_value FROM information_schema.global_status WHERE variable_name IN ${STATUS}`;

/** One statement, which a node outside the Primary Component answers as well. */
export async function identify(session: Session): Promise<ServerIdentity> {
  try {
    return identityOf(session, await session.rows<VariableRow>(IDENTITY));
  } catch (error) {
    // Not MariaDB.
    if (isUnknownTable(error)) return identityOf(session, []);
    throw error;
  }
}

/** @param rows none where the server is not MariaDB; variables that it does not have are absent */
export function identityOf(session: Session, rows: readonly VariableRow[]): ServerIdentity {
  const values = new Map(rows.map(({ name, value }) => [name.toLowerCase(), value]));
  const value = (name: string): string => values.get(name) ?? '';
  const galera = value('wsrep_on') === 'ON';
  return {
    address: describeAddress(session.address),
    version: value('version') || session.greeting,
    node: (galera && value('wsrep_node_name')) || value('hostname'),
    readOnly: value('read_only') === 'ON',
    galera: !galera
      ? null
      : {
          clusterStatus: value('wsrep_cluster_status') || 'unknown',
          localState: value('wsrep_local_state_comment') || 'unknown',
          clusterSize: Number(value('wsrep_cluster_size')),
        },
  };
}

export interface Unusability {
  word: 'not_mariadb' | 'not_primary' | 'not_synced';
  /** Completes `the server …`. */
  reason: string;
}

/** Why this server is not the one to ask, or null if it is. */
export function whyUnusable({ version, galera }: ServerIdentity): Unusability | null {
  if (!/mariadb/i.test(version)) return { word: 'not_mariadb', reason: `is not MariaDB (${version})` };
  if (galera === null) return null;
  const word = galeraUnfitness(galera);
  if (word === null) return null;
  return word === 'not_primary'
    ? { word, reason: `is not in the Primary Component (${galera.clusterStatus})` }
    : { word, reason: `is not synced (${galera.localState})` };
}
