import type {
  AccountFacts,
  DoctorFacts,
  GaleraNode,
  NodesFacts,
  ProbedServer,
  SchemaFacts,
  ServerProbe,
  ServerSettings,
  TableFacts,
  Topics,
} from '../../../src/audit/doctor/facts.js';
import { KNOWN_TABLES } from '../../../src/audit/doctor/expected-schema.js';
import { DOCTOR_RULES } from '../../../src/audit/doctor/rules.js';
import { EXPECTED_TABLES } from '../../../src/audit/facts/schema-facts.js';
import type { NodeFacts } from '../../../src/core/cluster-facts.js';
import { applyRules, type Finding } from '../../../src/core/finding.js';
import { OBJECT_TYPE_VALUES, nameOfObjectType } from '../../../src/core/object-types.js';

/** A deployment in which everything is as it should be, as facts: no server is needed to judge it. */
export const SETTINGS: ServerSettings = {
  address: 'db1:3306',
  node: 'db1',
  version: '10.11.19-MariaDB',
  database: 'shakenfist',
  account: 'shakenfist@%',
  storageEngine: 'InnoDB',
  characterSet: 'utf8mb4',
  collation: 'utf8mb4_bin',
  readOnly: false,
  replicating: false,
  lockWaitTimeout: 86_400,
  snapshotIsolation: false,
  maxAllowedPacket: 16 * 1024 ** 2,
};

const GALERA: GaleraNode = {
  clusterUuid: 'c1',
  clusterStatus: 'Primary',
  localState: 'Synced',
  ready: true,
  clusterSize: 2,
  configuredSize: 2,
  lastCommitted: 5000,
  receiveQueue: 0,
  flowControlPaused: 0,
  providerVersion: '26.4.23',
  schemaUpgradeMethod: 'TOI',
  autoIncrementIncrement: 2,
  autoIncrementOffset: 1,
};

export function server(name: string, change: Partial<ProbedServer> = {}): ServerProbe {
  const clock = { skewSeconds: 0, uncertaintySeconds: 0.001 };
  const value = { node: name, version: '10.11.19-MariaDB', identity: name, clock, galera: null, ...change };
  return { address: `${name}:3306`, given: true, outcome: { value } };
}

export function galeraServer(
  name: string,
  galera: Partial<GaleraNode> = {},
  change: Partial<ProbedServer> = {},
): ServerProbe {
  return server(name, { galera: { ...GALERA, ...galera }, ...change });
}

export function silent(name: string, given: boolean): ServerProbe {
  return { address: `${name}:3306`, given, outcome: { unknown: 'timed out.' } };
}

const LABELS = OBJECT_TYPE_VALUES.map((value) => nameOfObjectType(value)!);

/** Every table as Shaken Fist's newest schema has it. */
export function schema(change: Partial<SchemaFacts> = {}): SchemaFacts {
  const tables = new Map<string, TableFacts>();
  for (const [table, columns] of EXPECTED_TABLES) {
    const described = [...columns].map(([name, type]) => {
      const isEnum = name === 'object_type' || name === 'target_object_type';
      const isLabelled = isEnum && table !== 'event_objects';
      const collation = /char|text|enum/.test(type) ? 'utf8mb4_general_ci' : null;
      return [name, { type, collation, labels: isLabelled ? LABELS : [] }] as const;
    });
    const indexes = KNOWN_TABLES[table]?.indexes ?? [];
    const keys = indexes.map((on, i) => ({ name: `key${i}`, unique: false, columns: on }));
    tables.set(table, { engine: 'InnoDB', columns: new Map(described), keys });
  }
  const withKeys = (table: string, ...keys: TableFacts['keys']): void => {
    const facts = tables.get(table)!;
    tables.set(table, { ...facts, keys: [...facts.keys, ...keys] });
  };
  withKeys('object_states', { name: 'PRIMARY', unique: true, columns: ['object_type', 'object_uuid'] });
  withKeys('cluster_operation_targets', {
    name: 'uq_cot_op_target',
    unique: true,
    columns: ['operation_uuid', 'target_object_type', 'target_uuid'],
  });
  return {
    tables,
    expected: EXPECTED_TABLES,
    missing: [],
    versions: { value: new Map(Object.entries(KNOWN_TABLES).map(([name, { version }]) => [name, version])) },
    migrations: [
      { id: 'drop-it', table: 'object_metadata', toVersion: 3 },
      { id: 'widen-it', table: 'cluster_operation_targets', toVersion: 2 },
    ],
    ...change,
  };
}

/** The schema with one table changed. */
export function schemaWith(
  table: string,
  change: (facts: TableFacts) => Partial<TableFacts>,
  more: Partial<SchemaFacts> = {},
): SchemaFacts {
  const whole = schema(more);
  const facts = whole.tables.get(table)!;
  return { ...whole, tables: new Map([...whole.tables, [table, { ...facts, ...change(facts) }]]) };
}

/** An account that may do everything. */
export function account(change: Partial<AccountFacts> = {}): AccountFacts {
  const everything = new Set(['select', 'insert', 'update']);
  const tables = [...EXPECTED_TABLES];
  return {
    name: 'shakenfist@%',
    database: 'shakenfist',
    unreadable: [],
    columns: new Map(
      tables.map(([table, columns]) => [
        table,
        new Map([...columns.keys()].map((column) => [column, everything])),
      ]),
    ),
    mayDelete: new Map(tables.map(([table]) => [table, { value: true }])),
    grants: ['GRANT ALL PRIVILEGES ON `shakenfist`.* TO `shakenfist`@`%`'],
    ...change,
  };
}

export const NOW = 1_000_000;

export function node(fqdn: string, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    uuid: `${fqdn}-uuid`,
    fqdn,
    ip: '10.0.0.1',
    lastSeen: NOW - 10,
    isNetworkNode: false,
    isHypervisor: true,
    installedVersion: '0.8.0',
    daemons: new Map([['queues', 'daemon-running']]),
    ...change,
  };
}

export const NETWORK_NODE = node('net1', {
  isNetworkNode: true,
  daemons: new Map([
    ['queues', 'daemon-running'],
    ['net', 'daemon-running'],
  ]),
});

export function cluster(...nodes: NodeFacts[]): NodesFacts {
  return { nodes, checkinMaximumSeconds: 120, staleClaimSeconds: 1800, now: NOW };
}

const NOT_ASKED = { unknown: 'not asked' };

/** What doctor says of the given topics; of the others nothing is known. */
export function diagnose(topics: Partial<Topics>): Finding[] {
  const facts: DoctorFacts = {
    servers: NOT_ASKED,
    settings: NOT_ASKED,
    schema: NOT_ASKED,
    account: NOT_ASKED,
    cluster: NOT_ASKED,
    ...Object.fromEntries(Object.entries(topics).map(([name, value]) => [name, { value }])),
  };
  return applyRules(DOCTOR_RULES, facts);
}

/** What one rule says, in a line: `fail warning: …`, or null where it says nothing. */
export function says(id: string, topics: Partial<Topics>): string | null {
  const finding = diagnose(topics).find((one) => one.id === id);
  if (finding === undefined) return null;
  const { result, severity, title, detail } = finding;
  return `${result === 'fail' ? severity : result}: ${[title, detail].filter((text) => text !== null).join(' ')}`;
}

/** The remedy of one rule. */
export function remedyOf(id: string, topics: Partial<Topics>): string | null {
  return diagnose(topics).find((one) => one.id === id)?.remedy ?? null;
}

/** What a rule's finding is about: `server db1`. */
export function subjectsOf(id: string, topics: Partial<Topics>): string[] {
  const found = diagnose(topics).find((one) => one.id === id)!.subjects;
  return found.map(({ type, uuid, name }) => [type, uuid, name].filter((word) => word !== null).join(' '));
}
