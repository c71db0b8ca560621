import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { schemaVersions, type DatabaseDescription } from '../../src/database/description.js';
import { Database } from '../../src/database/database.js';
import { DEFAULT_LIMITS, NO_DEADLINE } from '../../src/database/limits.js';
import { operationRows } from '../fixtures/operation-rows.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import { OPERATION_TYPES } from '../../src/core/operations/catalogue.js';
import { parseEnqueueRequest } from '../../src/core/operations/enqueue-request.js';
import { targetsOf } from '../../src/core/operations/operation.js';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../src/core/operations/state.js';
import { isVersion4, parseUuid } from '../../src/core/uuid.js';
import { schemaStatements, type SchemaVersion } from '../../src/migrations/migration-files.js';
import { countStrangers, MADE_UP_CLUSTER, seed } from '../../src/sandbox/seed.js';
import { NETWORKS } from '../../src/sandbox/seed/networks.js';
import { OPERATIONS, operationUuid } from '../../src/sandbox/seed/operations.js';
import {
  createDatabase,
  dropDatabase,
  sharedServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';

const NOW = 1_800_000_000;

let server: TestServer;

beforeAll(async () => {
  server = await sharedServer();
});

interface Seeded {
  settings: DatabaseSettings;
  database: Database;
  description: DatabaseDescription;
}

async function seeded(schema: SchemaVersion): Promise<Seeded> {
  const settings = await createDatabase(server, schemaStatements('baseline'));
  const { socketPath, user, password, database: name } = settings;
  const database = new Database(
    { addresses: [{ socketPath }], user, password, database: name, tls: null, origin: 'test' },
    {
      limits: DEFAULT_LIMITS,
      deadline: NO_DEADLINE,
      signal: new AbortController().signal,
      trace: () => undefined,
    },
  );
  await seed(database, schema, NOW);
  return { settings, database, description: await database.describe() };
}

async function done({ settings, database }: Seeded): Promise<void> {
  await database.close();
  await dropDatabase(server, settings);
}

test('every object has a version 4 uuid of its own', () => {
  const uuids = MADE_UP_CLUSTER.map(({ uuid }) => uuid);
  expect(new Set(uuids).size).toBe(uuids.length);
  expect(uuids.filter((uuid) => parseUuid(uuid) !== uuid || !isVersion4(uuid))).toEqual([]);
});

test('the operations are of every type and in every state', () => {
  const types = new Set(OPERATIONS.map(({ request }) => request.operation_type));
  expect([...types].sort()).toEqual(OPERATION_TYPES.map(({ value }) => value).sort());
  const states = new Set(OPERATIONS.map(({ state }) => state));
  expect([...states].sort()).toEqual([...ACTIVE_STATES, ...TERMINAL_STATES].sort());
});

test('docs/sandbox.md lists all of it', () => {
  const rows = readFileSync('docs/sandbox.md', 'utf8').split('\n');
  const isListed = ({ uuid, state, shows }: (typeof MADE_UP_CLUSTER)[number]): boolean =>
    rows.some((row) => [uuid, `| ${state} |`, `| ${shows} |`].every((part) => row.includes(part)));
  expect(MADE_UP_CLUSTER.filter((object) => !isListed(object))).toEqual([]);
});

describe.each<SchemaVersion>(['baseline', 'current'])('seeded with the %s schema', (schema) => {
  let cluster: Seeded;
  beforeAll(async () => {
    cluster = await seeded(schema);
  });
  afterAll(async () => done(cluster));

  const rows = <Row extends object>(query: ReturnType<typeof sql>): Promise<Row[]> =>
    cluster.database.read(async (session) => session.rows<Row>(query));

  test('the ledger and the columns are those of the schema', async () => {
    const versions = await cluster.database.read(schemaVersions);
    const current = schema === 'current';
    expect(versions?.get('object_metadata')).toBe(current ? 3 : 2);
    expect(versions?.get('cluster_operation_targets')).toBe(current ? 2 : 1);
    expect(cluster.description.column('object_metadata', 'last_cluster_operation_json') === null).toBe(
      current,
    );
  });

  test('every object that is listed has its state row', async () => {
    const states = await rows<{ uuid: string; type: string; state: string }>(sql`
      SELECT object_uuid AS uuid, LOWER(object_type) AS type, state_value AS state FROM object_states`);
    const key = (uuid: string, type: string, state: string): string => `${type} ${uuid} ${state}`;
    expect(states.map(({ uuid, type, state }) => key(uuid, type, state)).sort()).toEqual(
      MADE_UP_CLUSTER.map(({ uuid, object_type, state }) => key(uuid, object_type, state)).sort(),
    );
  });

  test('each kind of stuck operation is there, and recognised', async () => {
    const pending = await cluster.database.read(async (session) => {
      const targets = await activeTargets(session, cluster.description, { typeName: null });
      return operationRows(session, cluster.description, targets, NOW);
    });
    const stuck = pending.filter((row) => row.stuck !== null);
    expect(new Map(stuck.map((row) => [row.operation_uuid, row.stuck]))).toEqual(
      new Map([
        [operationUuid(2), 'orphaned'],
        [operationUuid(3), 'stale_claim'],
        [operationUuid(5), 'unmet_dependency'],
        [operationUuid(6), 'undrained'],
      ]),
    );
  });

  test('the nodes that run stay believable for the day that a sandbox is played with', async () => {
    const later = NOW + 86_400;
    const pending = await cluster.database.read(async (session) => {
      const targets = await activeTargets(session, cluster.description, { typeName: null });
      return operationRows(session, cluster.description, targets, later);
    });
    const undrained = pending.filter((row) => row.stuck === 'undrained');
    expect(undrained.map((row) => row.operation_uuid)).toEqual([operationUuid(6)]);
  });

  test('every active operation but the orphan has a work row, claimed unless it is queued', async () => {
    const work = await rows<{ uuid: string; claimed: number }>(sql`
      SELECT JSON_VALUE(payload, '$.operation_uuid') AS uuid, claimed_at IS NOT NULL AS claimed FROM work_queue`);
    const expected = OPERATIONS.filter(
      ({ state, work: kind }) => ACTIVE_STATES.some((active) => active === state) && kind !== 'missing',
    );
    expect(new Map(work.map(({ uuid, claimed }) => [uuid, claimed === 1]))).toEqual(
      new Map(expected.map(({ uuid, state }) => [uuid, state !== 'queued'])),
    );
    expect(work).toHaveLength(expected.length);
  });

  test('an operation in error has its report, and no other has one', async () => {
    const reports = await rows<{ uuid: string }>(sql`SELECT op_uuid AS uuid FROM cluster_operation_errors`);
    const failed = OPERATIONS.filter(({ state }) => state === 'error').map(({ uuid }) => uuid);
    expect(reports.map(({ uuid }) => parseUuid(uuid)).sort()).toEqual(failed.sort());
  });

  test('nothing in it counts as made by somebody else, and what others made does', async () => {
    expect(await cluster.database.read(countStrangers)).toBe(0);
    await cluster.database.read(async (session) =>
      session.change(
        sql`INSERT INTO nodes (uuid, fqdn, ip, version) VALUES (REPLACE(UUID(), '-', ''), 'x', '::1', 6)`,
      ),
    );
    expect(await cluster.database.read(countStrangers)).toBe(1);
  });
});

describe('the trap of the baseline', () => {
  const targetsOfAll = OPERATIONS.flatMap(({ uuid, request }) =>
    targetsOf(parseEnqueueRequest({ ...request, uuid })).map((target) => `${uuid} ${target.uuid}`),
  );

  async function recorded(cluster: Seeded): Promise<string[]> {
    const found = await cluster.database.read(async (session) =>
      session.rows<{ pair: string }>(
        sql`SELECT CONCAT(operation_uuid, ' ', target_uuid) AS pair FROM cluster_operation_targets`,
      ),
    );
    return found.map(({ pair }) => pair).sort();
  }

  async function pendingOnBackup({ database, description }: Seeded): Promise<string[]> {
    const backup = [{ typeName: 'NETWORK', uuid: NETWORKS.backup }];
    const targets = await database.read(async (session) => activeTargets(session, description, backup));
    return targets.map(({ operationUuid: uuid }) => uuid);
  }

  test('before composite-target-uniqueness the later targets are not on record', async () => {
    const cluster = await seeded('baseline');
    expect(await recorded(cluster)).toHaveLength(OPERATIONS.length);
    expect(await pendingOnBackup(cluster)).toEqual([]);
    await done(cluster);
  });

  test('after it all of them are', async () => {
    const cluster = await seeded('current');
    expect(await recorded(cluster)).toEqual([...targetsOfAll].sort());
    expect(await pendingOnBackup(cluster)).toEqual([operationUuid(18)]);
    await done(cluster);
  });

  test('the column that the drop removes holds something to lose, and a null', async () => {
    const cluster = await seeded('baseline');
    const values = await cluster.database.read(async (session) =>
      session.rows<{ json: string }>(sql`SELECT last_cluster_operation_json AS json FROM object_metadata`),
    );
    expect(values.map(({ json }) => json)).toContain('null');
    expect(values.map(({ json }) => json)).toContain(
      `{"op_type": "net_op", "op_uuid": "${operationUuid(24)}"}`,
    );
    await done(cluster);
  });
});
