import type { AccountPrivileges } from '../../core/account-privileges.js';
import type { ClusterFacts } from '../../core/cluster-facts.js';
import type { Observed } from '../../core/observed.js';
import type { GaleraStatus } from '../../core/server-fitness.js';

/** Everything that the rules check, by topic. What is said of a topic that could not be read is `unknown`. */
export interface Topics {
  servers: readonly ServerProbe[];
  settings: ServerSettings;
  schema: SchemaFacts;
  account: AccountFacts;
  cluster: NodesFacts;
}

export type DoctorFacts = { readonly [Name in keyof Topics]: Observed<Topics[Name]> };

/** One address at which a server was looked for. */
export interface ServerProbe {
  address: string;
  /** True if the operator named it, false if a Galera node announced it. */
  given: boolean;
  /** Who answered; or why nobody did, or refused. */
  outcome: Observed<ProbedServer>;
}

export interface ProbedServer {
  /** The Galera node's name, otherwise the host's. */
  node: string;
  version: string;
  /** Equal for two addresses that lead to one server, and only then. */
  identity: string;
  clock: ClockComparison;
  galera: GaleraNode | null;
}

/** A server's clock beside ours, measured around a round trip. */
export interface ClockComparison {
  /** Seconds that the server is ahead of this machine; negative where it is behind. */
  skewSeconds: number;
  /** Half of the round trip, in seconds: the truth lies within skew ± this. */
  uncertaintySeconds: number;
}

/** A Galera node as it sees itself and its cluster. */
export interface GaleraNode extends GaleraStatus {
  clusterUuid: string;
  ready: boolean;
  clusterSize: number;
  /** How many addresses its configuration names as the cluster; 0 if it names none. */
  configuredSize: number;
  lastCommitted: number;
  /** Write sets that were received and not yet applied. */
  receiveQueue: number;
  /** The part of the time, 0 to 1, that flow control held up the cluster, since the node's counters were reset. */
  flowControlPaused: number;
  providerVersion: string;
  /** How schema changes run: `TOI` everywhere at once, `RSU` on one node. */
  schemaUpgradeMethod: string;
  autoIncrementIncrement: number;
  autoIncrementOffset: number;
}

/** Of the server that sf-ops uses. */
export interface ServerSettings {
  address: string;
  node: string;
  version: string;
  database: string;
  /** As the server matched it: `shakenfist@%`. */
  account: string;
  storageEngine: string;
  /** Of the database. */
  characterSet: string;
  /** Of the database. */
  collation: string;
  readOnly: boolean;
  /** Whether it applies another server's changes. */
  replicating: boolean;
  /** Server's default, seconds. */
  lockWaitTimeout: number;
  /** Null on a server that does not know the setting (before 10.6.18, 10.11.8). */
  snapshotIsolation: boolean | null;
  /** Bytes. */
  maxAllowedPacket: number;
}

export interface ColumnFacts {
  /** As the server spells it: `char(32)`, `uuid`, `enum('A','B')`. */
  type: string;
  collation: string | null;
  labels: readonly string[];
}

export interface KeyFacts {
  name: string;
  unique: boolean;
  columns: readonly string[];
}

export interface TableFacts {
  /** Null for a view. */
  engine: string | null;
  columns: ReadonlyMap<string, ColumnFacts>;
  keys: readonly KeyFacts[];
}

export interface SchemaFacts {
  /** The tables that this account can see. */
  tables: ReadonlyMap<string, TableFacts>;
  /** What sf-ops names in its statements: table → column → type in Shaken Fist's newest schema. */
  expected: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Tables that the server says do not exist. */
  missing: readonly string[];
  /** Shaken Fist's own ledger, table → version; null where it does not exist. */
  versions: Observed<ReadonlyMap<string, number> | null>;
  /** The steps that sf-ops can perform. */
  migrations: readonly KnownMigration[];
}

/** A step of Shaken Fist's own schema that sf-ops can perform. */
export interface KnownMigration {
  id: string;
  table: string;
  toVersion: number;
}

export interface AccountFacts extends AccountPrivileges {
  /** As the server matched it: `shakenfist@%`. */
  name: string;
  /** Expected tables that the server does not let this account read. */
  unreadable: readonly string[];
}

/** Shaken Fist's nodes, without those that are deleted. */
export interface NodesFacts extends ClusterFacts {
  /** Unix seconds on the server's clock. */
  now: number;
}
