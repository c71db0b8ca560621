import { DOCTOR_RULES } from '../../src/audit/doctor/rules.js';
import { Database } from '../../src/database/database.js';
import { readDoctorFacts } from '../../src/audit/facts/doctor-facts.js';
import { applyRules } from '../../src/core/finding.js';
import { DEFAULT_LIMITS, NO_DEADLINE } from '../../src/database/limits.js';
import type { ServerAddress } from '../../src/configuration/connection-settings.js';
import { MIGRATIONS } from '../../src/migrations/registry.js';
import { schemaStatements, type SchemaVariant } from '../fixtures/schema.js';
import { createDatabase, type DatabaseSettings, type TestServer } from '../servers/mariadb.js';

const NETWORK_NODE = '11111111111141118111111111111111';
export const HYPERVISOR = '22222222222242228222222222222222';

/** Two nodes that checked in just now: the network node and a hypervisor. */
export const LIVING_NODES = [
  `INSERT INTO nodes (uuid, fqdn, ip, version) VALUES
    ('${NETWORK_NODE}', 'net1', '10.0.0.1', 1), ('${HYPERVISOR}', 'hyp1', '10.0.0.2', 1)`,
  `INSERT INTO node_attributes (uuid, last_seen, is_etcd_master, is_hypervisor, is_network_node, is_eventlog_node,
    is_database_node) VALUES ('${NETWORK_NODE}', UNIX_TIMESTAMP(), 0, 0, 1, 0, 1),
    ('${HYPERVISOR}', UNIX_TIMESTAMP(), 0, 1, 0, 0, 0)`,
  `INSERT INTO node_daemon_states (node_uuid, daemon, value, update_time) VALUES
    ('${NETWORK_NODE}', 'net', 'running', UNIX_TIMESTAMP()), ('${NETWORK_NODE}', 'queues', 'running', UNIX_TIMESTAMP()),
    ('${HYPERVISOR}', 'queues', 'running', UNIX_TIMESTAMP())`,
];

/** A new database with these nodes. */
export async function deployment(
  server: Pick<TestServer, 'socketPath'>,
  variant: SchemaVariant = {},
): Promise<DatabaseSettings> {
  return createDatabase(
    server,
    schemaStatements({ ...variant, extra: [...LIVING_NODES, ...(variant.extra ?? [])] }),
  );
}

/** A finding of doctor, in few words. */
export interface CheckReport {
  id: string;
  result: 'pass' | 'fail' | 'warn' | 'info' | 'unknown';
  /** The whole of what was found. */
  detail: string;
  hint: string | null;
}

export type Diagnosis = ReadonlyMap<string, CheckReport>;

export interface DiagnosisOptions {
  /** Instead of this machine's clock. */
  now?: () => number;
  /** Configured beside the database's own. */
  otherAddresses?: readonly ServerAddress[];
}

/** What `doctor` finds there: check → report. */
export async function diagnosisOf(
  {
    user,
    password,
    database: name,
    ...address
  }: { user: string; password: string; database: string } & ServerAddress,
  { now = () => Date.now() / 1000, otherAddresses = [] }: DiagnosisOptions = {},
): Promise<Diagnosis> {
  const database = new Database(
    {
      user,
      password,
      database: name,
      addresses: [address, ...otherAddresses],
      tls: null,
      origin: 'the test',
    },
    {
      limits: DEFAULT_LIMITS,
      deadline: NO_DEADLINE,
      signal: new AbortController().signal,
      trace: () => undefined,
    },
  );
  try {
    const findings = applyRules(DOCTOR_RULES, await readDoctorFacts(database, MIGRATIONS, now));
    return new Map(
      findings.map(({ id, result, severity, title, detail, remedy }) => {
        const failed = severity === 'error' ? 'fail' : severity === 'warning' ? 'warn' : 'info';
        return [
          id,
          {
            id,
            result: result === 'fail' ? failed : result === 'unknown' ? 'unknown' : 'pass',
            detail: [title, detail].filter((text) => text !== null).join(' '),
            hint: remedy,
          },
        ];
      }),
    );
  } finally {
    await database.close();
  }
}

/** `id: result` of every check with one of these results. */
export function listed(diagnosis: Diagnosis, ...results: CheckReport['result'][]): string[] {
  return [...diagnosis.values()]
    .filter(({ result }) => results.includes(result))
    .map(({ id, result }) => `${id}: ${result}`);
}
