import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isUnheardOf, type NetworkEvidence } from '../../src/core/gate/gate-evidence.js';
import { Database } from '../../src/database/database.js';
import { readGateEvidence } from '../../src/gate/evidence.js';
import { meshPlacements } from '../../src/database/queries/mesh-placements.js';
import type { NetworkChoice } from '../../src/database/queries/networks.js';
import { resolveObjects } from '../../src/database/queries/references.js';
import {
  hex,
  INSTANCE,
  insertCluster,
  insertNetwork,
  insertOperation,
  NETWORK,
  now,
  setState,
} from '../fixtures/rows.js';
import { bestSingleStatement, insertManyNetworks, NETWORKS } from '../fixtures/many-networks.js';
import { rowsRead } from '../fixtures/rows-read.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';
import { connectAsAdministrator, sharedServer } from '../servers/mariadb.js';

async function evidenceOf(database: Database, choice: NetworkChoice): Promise<NetworkEvidence[]> {
  const description = await database.describe();
  return database.snapshot(async (session) => readGateEvidence(session, description, choice, now()));
}

const one = async (database: Database, uuid: string): Promise<NetworkEvidence> =>
  (await evidenceOf(database, { uuids: [uuid] }))[0]!;

const VARIANTS: [string, SchemaVariant][] = [
  ['current', {}],
  ['before both migrations', { version: 'baseline' }],
  ['native uuids', { uuid: 'native' }],
  ['a binary collation and labels in another order', { collation: 'utf8mb4_bin', enumOrder: 'appended' }],
  ['an older collation', { collation: 'utf8mb4_general_ci' }],
];

describe.each(VARIANTS)('on a deployment with %s', (_, variant) => {
  let site: Site;
  const other = randomUUID();

  beforeAll(async () => {
    site = await Site.create({ ...variant, extraLabels: ['FUTURE_OP'] });
    await insertCluster(site);
    await insertNetwork(site, other, 'other');
    await insertOperation(site, { state: 'complete' });
    await insertOperation(site, { uuid: 'aaaaaaaa-1111-4111-8111-111111111111', createdAt: now() - 60 });
    await insertOperation(site, { state: 'error' });
  });
  afterAll(async () => site.close());

  test('a network comes with its row, its state and what holds it', async () => {
    const evidence = await one(site.database(), NETWORK);
    expect(evidence.network).toEqual({
      uuid: NETWORK,
      row: { name: 'lan', namespace: 'system', vxid: 1, provideDhcp: true, provideDns: false },
      state: 'created',
    });
    expect(evidence.pending).toMatchObject([
      {
        record: {
          uuid: 'aaaaaaaa-1111-4111-8111-111111111111',
          type: 'net_op',
          state: { value: 'queued' },
          header: { stored: { tasks: ['network_ensure_mesh'] } },
          work: {
            value: [{ queueName: 'networknode-clusteroperation-user_facing', attempts: 0, claimedBy: null }],
          },
        },
      },
    ]);
  });

  test('all networks come by name, each with its own', async () => {
    const all = await evidenceOf(site.database(), { namespace: null });
    expect(all.map(({ network, pending }) => [network.row?.name, pending.length])).toEqual([
      ['lan', 1],
      ['other', 0],
    ]);
    expect(await evidenceOf(site.database(), { namespace: 'nobody' })).toEqual([]);
  });

  test('an operation of a type that nobody here knows holds its network', async () => {
    const network = randomUUID();
    await insertNetwork(site, network, 'future');
    const uuid = await insertOperation(site, { type: 'future_op', targets: [['NETWORK', network]] });
    expect((await one(site.database(), network)).pending).toMatchObject([
      { record: { uuid, type: 'future_op' } },
    ]);
    const all = await evidenceOf(site.database(), { namespace: null });
    expect(all.find((found) => found.network.uuid === network)?.pending).toHaveLength(1);
  });

  test('an operation whose label a lax sql_mode has emptied holds its network', async () => {
    const network = randomUUID();
    await insertNetwork(site, network, 'lax');
    await site.query("SET SESSION sql_mode = ''");
    const uuid = await insertOperation(site, { type: 'newest_op', targets: [['NETWORK', network]] });
    await site.query('SET SESSION sql_mode = DEFAULT');
    expect(await site.query('SELECT object_type FROM object_states WHERE object_uuid = ?', [uuid])).toEqual([
      { object_type: '' },
    ]);
    expect((await one(site.database(), network)).pending).toMatchObject([{ record: { uuid } }]);
    const all = await evidenceOf(site.database(), { namespace: null });
    expect(all.find((found) => found.network.uuid === network)?.pending).toHaveLength(1);
  });

  test('of a network whose row is gone, its state and its operations remain', async () => {
    const gone = randomUUID();
    await setState(site, 'NETWORK', gone, 'deleted');
    expect(await one(site.database(), gone)).toMatchObject({
      network: { uuid: gone, row: null, state: 'deleted' },
    });

    const forgotten = randomUUID();
    await insertOperation(site, { targets: [['NETWORK', forgotten]] });
    const evidence = await one(site.database(), forgotten);
    expect(evidence).toMatchObject({
      network: { row: null, state: null },
      pending: [{ record: { state: { value: 'queued' } } }],
    });
    expect(isUnheardOf(evidence)).toBe(false);
    expect(isUnheardOf(await one(site.database(), randomUUID()))).toBe(true);
  });

  test('an active operation is not hidden by one of the same network that ended later', async () => {
    const network = randomUUID();
    await insertNetwork(site, network, 'hidden');
    const targets = [['NETWORK', network]] as const;
    const active = await insertOperation(site, { targets, state: 'preflight', createdAt: now() - 100 });
    await insertOperation(site, { targets, state: 'complete' });
    await insertOperation(site, { targets, state: 'deleted' });
    await insertOperation(site, { targets, state: null });
    expect((await one(site.database(), network)).pending.map(({ record }) => record.uuid)).toEqual([active]);
  });

  test('many names and prefixes are looked up in one statement', async () => {
    const database = site.database();
    const description = await database.describe();
    const names = ['lan', 'other', NETWORK.slice(0, 8), other.slice(0, 13).toUpperCase(), other];
    const { found, statements } = await database.read(async (session) => {
      const before = session.statements;
      const found = await resolveObjects(session, description, 'NETWORK', names);
      return { found: found.map(({ uuid }) => uuid), statements: session.statements - before };
    });
    expect(found).toEqual([NETWORK, other, NETWORK, other, other]);
    expect(statements).toBe(1);
  });

  test('where the instances of a network run', async () => {
    await site.query('DELETE FROM instance_attributes');
    await site.query('INSERT INTO instance_attributes (uuid, placement) VALUES (?, ?)', [
      hex(INSTANCE),
      '{"node": "sf-1", "placement_attempts": 1}',
    ]);
    const placed = await site.database().read(async (session) => meshPlacements(session, null));
    expect(placed).toEqual(new Map([[NETWORK, { nodes: new Set(['sf-1']), unreadable: [] }]]));
    await site.query("UPDATE instance_attributes SET placement = '{nonsense'");
    const broken = await site.database().read(async (session) => meshPlacements(session, [NETWORK]));
    expect(broken.get(NETWORK)).toEqual({ nodes: new Set(), unreadable: [INSTANCE] });
    await site.query('UPDATE network_interfaces SET active = 0');
    expect(await site.database().read(async (session) => meshPlacements(session, [NETWORK]))).toEqual(
      new Map(),
    );
  });
});

test('operations that only measure do not hold a network, and are counted', async () => {
  const site = await Site.create({ observational: true });
  try {
    await insertCluster(site);
    await insertOperation(site);
    await site.query('UPDATE cluster_operation_targets SET observational = 1');
    expect(await one(site.database(), NETWORK)).toMatchObject({ pending: [], observational: 1 });
  } finally {
    await site.close();
  }
});

test('an account that cannot see whether an operation only measures gets no answer', async () => {
  const site = await Site.create({ observational: true });
  const administrator = await connectAsAdministrator(await sharedServer());
  const name = site.settings.database;
  const user = `partial_${name.slice(-8)}`;
  try {
    await insertCluster(site);
    await setState(site, 'NETWORK', NETWORK, 'error');
    await insertOperation(site);
    await site.query('UPDATE cluster_operation_targets SET observational = 1');
    const others = await site.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name <> 'cluster_operation_targets'`,
    );
    await administrator.query(`CREATE USER ${user}@localhost`);
    for (const table of others)
      await administrator.query(`GRANT SELECT ON ${name}.${table.name} TO ${user}@localhost`);
    await administrator.query(
      `GRANT SELECT (sequence_number, operation_uuid, operation_type, target_object_type, target_uuid, created_at)
       ON ${name}.cluster_operation_targets TO ${user}@localhost`,
    );
    const database = new Database({ ...connectionSettings(site.settings), user }, sessionOptions());
    for (const choice of [{ uuids: [NETWORK] }, { namespace: null }]) {
      await expect(evidenceOf(database, choice)).rejects.toMatchObject({
        exitCode: 69,
        word: 'privilege_missing',
      });
    }
    await database.close();
  } finally {
    await administrator.query(`DROP USER IF EXISTS ${user}@localhost`);
    await administrator.end();
    await site.close();
  }
});

describe('ten thousand networks and a thousand active operations', () => {
  let site: Site;
  let database: Database;

  beforeAll(async () => {
    site = await Site.create();
    await insertManyNetworks(site, { active: 1_000 });
    database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await site.close();
  });

  test('are read with a handful of statements, and no more rows than three times the best single one', async () => {
    const description = await database.describe();
    await database.read(async (session) => {
      const best = await rowsRead(session, async () => session.rows(bestSingleStatement(description)));
      const before = session.statements;
      const all = await rowsRead(session, async () =>
        readGateEvidence(session, description, { namespace: null }, now()),
      );
      expect(all.result).toHaveLength(NETWORKS);
      expect(all.result.flatMap(({ pending }) => pending)).toHaveLength(1_000);
      expect(all.reads).toBeLessThanOrEqual(3 * best.reads);
      expect(session.statements - before).toBeLessThanOrEqual(10);
    });
  });
});

test('an account that may only read asks as well as any', async () => {
  const site = await Site.create();
  const administrator = await connectAsAdministrator(await sharedServer());
  const user = `reader_${site.settings.database.slice(-8)}`;
  try {
    await insertCluster(site);
    await insertOperation(site);
    await administrator.query(
      `CREATE USER ${user}@localhost; GRANT SELECT ON ${site.settings.database}.* TO ${user}@localhost`,
    );
    const database = new Database({ ...connectionSettings(site.settings), user }, sessionOptions());
    expect((await one(database, NETWORK)).pending).toHaveLength(1);
    await database.close();
  } finally {
    await administrator.query(`DROP USER IF EXISTS ${user}@localhost`);
    await administrator.end();
    await site.close();
  }
});
