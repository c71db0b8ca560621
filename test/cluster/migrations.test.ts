import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection } from 'mysql2/promise';
import { Database } from '../../src/database/database.js';
import { compositeTargetUniqueness } from '../../src/migrations/composite-target-uniqueness/migration.js';
import { dropLastClusterOperation } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import type { Applied, Migration } from '../../src/migrations/migration.js';
import { incomingAddresses } from '../../src/database/incoming-addresses.js';
import { Servers, withServers } from '../../src/migrations/servers.js';
import { assess } from '../../src/migrations/preflight/assess.js';
import { checksOf } from '../../src/migrations/verify.js';
import { applyMigration } from '../../src/migrations/runner.js';
import { COLUMN, Person, request, type Circumstances } from '../fixtures/migrating.js';
import { schemaStatements } from '../fixtures/schema.js';
import { sessionOptions } from '../fixtures/site.js';
import { startCluster, type TestCluster } from '../servers/galera.js';

let cluster: TestCluster;
let name: string;
let clients: Connection[] = [];
let opened: Database[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  await privileged(
    'GRANT PROCESS ON *.* TO shakenfist@localhost; GRANT PROCESS ON *.* TO shakenfist@127.0.0.1',
  );
}, 60_000);
afterAll(async () => cluster.stop());
afterEach(async () => {
  await Promise.all([
    ...clients.map((client) => client.end()),
    ...opened.map((database) => database.close()),
  ]);
  clients = [];
  opened = [];
});

/** Accounts are replicated; one that does not exist on a node is not the test's business. */
async function privileged(statements: string): Promise<void> {
  const administrator = await cluster.nodes[0]!.administrator();
  for (const statement of statements.split('; ')) {
    await administrator.query(statement).catch((error: { errno?: number }) => {
      if (error.errno !== 1133 && error.errno !== 1141) throw error;
    });
  }
  await administrator.end();
}

async function deployment(): Promise<void> {
  name = await cluster.createDatabase(schemaStatements({ version: 'baseline' }));
}

async function clientOf(node: number): Promise<Connection> {
  const client = await createConnection(cluster.nodes[node]!.settings(name));
  clients.push(client);
  return client;
}

/** As an operator who names one node only; the cluster itself tells of the others. */
function database(node = 0): Database {
  const { host, port, user, password } = cluster.nodes[node]!.settings(name);
  const settings = {
    addresses: [{ host, port }],
    user,
    password,
    database: name,
    tls: null,
    origin: 'the test',
  };
  const made = new Database(settings, sessionOptions());
  opened.push(made);
  return made;
}

async function apply(migration: Migration, circumstances: Circumstances = {}, node = 0): Promise<Applied> {
  const { maxWaitSeconds = 20, person = new Person() } = circumstances;
  return withServers(database(node), (servers) =>
    applyMigration(migration, servers, request(circumstances), maxWaitSeconds, person),
  );
}

/** The table as every node has it. */
async function columnsOnEachNode(table = 'object_metadata'): Promise<string[]> {
  await cluster.settled();
  return Promise.all(
    cluster.nodes.map(async (_, node) => {
      const [rows] = await (
        await clientOf(node)
      ).query<never>(
        `SELECT CONCAT_WS(' ', (SELECT GROUP_CONCAT(CONCAT(column_name, extra) ORDER BY ordinal_position) FROM information_schema.columns
           WHERE table_schema = DATABASE() AND table_name = '${table}'),
         (SELECT GROUP_CONCAT(DISTINCT index_name ORDER BY index_name) FROM information_schema.statistics
           WHERE table_schema = DATABASE() AND table_name = '${table}')) AS line`,
      );
      return (rows as { line: string }[])[0]!.line;
    }),
  );
}

test('a quiet cluster is migrated on all nodes, nobody is killed, and every node is verified', async () => {
  await deployment();
  const dropped = await apply(dropLastClusterOperation);
  expect(dropped).toMatchObject({
    outcome: 'applied',
    stamped: true,
    alterations: [{ killed_transactions: 0 }, { killed_transactions: 0 }, { killed_transactions: 0 }],
  });
  expect(new Set(dropped.checks.map(({ node }) => node))).toEqual(new Set(['node1', 'node2', 'node3']));
  expect(dropped.checks.every(({ result }) => result === 'pass')).toBe(true);
  expect(new Set(await columnsOnEachNode())).toEqual(
    new Set(['object_uuid,object_type,metadata_json PRIMARY']),
  );
  expect(await apply(compositeTargetUniqueness)).toMatchObject({
    outcome: 'applied',
    alterations: [{ killed_transactions: 0 }],
  });
  expect(new Set(await columnsOnEachNode('cluster_operation_targets')).size).toBe(1);
  expect(await apply(dropLastClusterOperation)).toMatchObject({ outcome: 'already_applied' });
}, 60_000);

test('no statement that is sent to a cluster says NOWAIT, which would leave its nodes with different tables', async () => {
  await deployment();
  const { alterations } = await apply(dropLastClusterOperation);
  for (const { sql } of alterations) expect(sql).not.toContain('NOWAIT');
});

describe('open work on any node', () => {
  test('is waited for, whether it reads or writes', async () => {
    await deployment();
    const [reader, writer] = [await clientOf(1), await clientOf(2)];
    await reader.query('START TRANSACTION');
    await reader.query('SELECT COUNT(*) FROM object_metadata');
    await writer.query('START TRANSACTION');
    await writer.query("INSERT INTO object_metadata VALUES ('u', 'NETWORK', '{}', NULL)");
    await expect(apply(dropLastClusterOperation, { maxWaitSeconds: 0.5 })).rejects.toMatchObject({
      exitCode: 7,
      word: 'no_quiet_moment',
      message: expect.stringMatching(/on node2.*on node3|on node3.*on node2/),
    });
    expect((await columnsOnEachNode())[0]).toContain(COLUMN);
    const applying = apply(dropLastClusterOperation);
    await reader.query('COMMIT');
    await writer.query('COMMIT');
    const { outcome, alterations } = await applying;
    expect(outcome).toBe('applied');
    expect(alterations.map(({ killed_transactions: killed }) => killed)).toEqual([0, 0, 0]);
  }, 60_000);

  test('that comes between the look and the statement is killed, and the kills reported are those that clients saw', async () => {
    await deployment();
    // Without PROCESS nobody can see what is open: the one way to make sure that somebody is.
    await privileged(
      'REVOKE PROCESS ON *.* FROM shakenfist@localhost; REVOKE PROCESS ON *.* FROM shakenfist@127.0.0.1',
    );
    try {
      const busy = await Promise.all([clientOf(0), clientOf(1), clientOf(1), clientOf(2)]);
      const bystander = await clientOf(2);
      for (const client of busy) {
        await client.query('START TRANSACTION');
        await client.query('SELECT COUNT(*) FROM object_metadata');
      }
      await bystander.query('START TRANSACTION');
      await bystander.query('SELECT COUNT(*) FROM networks');
      await expect(apply(dropLastClusterOperation, { phase: 'hide' })).rejects.toMatchObject({
        exitCode: 9,
        message: expect.stringContaining('privilege PROCESS missing'),
      });

      const person = new Person();
      const { alterations } = await apply(dropLastClusterOperation, {
        phase: 'hide',
        acceptUnknown: true,
        person,
      });
      const seen = await Promise.all(
        [...busy, bystander].map((client) =>
          client.query('COMMIT').then(
            () => 'committed',
            (error: { errno?: number }) => error.errno,
          ),
        ),
      );
      expect(seen).toEqual([1213, 1213, 1213, 1213, 'committed']);
      expect(alterations).toMatchObject([{ phase: 'hide', killed_transactions: 4 }]);
      expect(person.heard.join('\n')).toContain('4 transactions aborted');
    } finally {
      await privileged(
        'GRANT PROCESS ON *.* TO shakenfist@localhost; GRANT PROCESS ON *.* TO shakenfist@127.0.0.1',
      );
    }
  }, 60_000);
});

test('of migrators on three nodes at once one works, and the others are told', async () => {
  await deployment();
  const holder = await clientOf(1);
  await holder.query('START TRANSACTION');
  await holder.query('SELECT COUNT(*) FROM object_metadata');
  let told = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      try {
        return (await apply(dropLastClusterOperation, {}, index % 3)).outcome;
      } catch (error) {
        told += 1;
        if (told === 5) await holder.query('COMMIT');
        return (error as { word: string }).word;
      }
    }),
  );
  expect(outcomes.sort()).toEqual(['applied', ...Array.from({ length: 5 }, () => 'migration_running')]);
}, 60_000);

describe('a cluster that is not whole', () => {
  const healthy = async (): Promise<unknown> =>
    withServers(database(), async (servers) => {
      const found = await assess(dropLastClusterOperation, servers, request());
      const { result, blocks, details } = found.find(({ rule }) => rule.id === 'servers-healthy')!;
      return { result, blocks, details };
    });

  test('passes when all nodes are seen', async () => {
    await deployment();
    expect(await healthy()).toEqual({ result: 'pass', blocks: false, details: [] });
  });

  test('fails when a node would make the change for itself only', async () => {
    await deployment();
    const administrator = await cluster.nodes[2]!.administrator();
    await administrator.query("SET GLOBAL wsrep_OSU_method = 'RSU'");
    try {
      expect(await healthy()).toMatchObject({
        result: 'fail',
        blocks: true,
        details: ['node3 has wsrep_OSU_method RSU: a change would reach only one node.'],
      });
    } finally {
      await administrator.query("SET GLOBAL wsrep_OSU_method = 'TOI'");
      await administrator.end();
    }
  });

  test('fails when a node lags on purpose', async () => {
    await deployment();
    const administrator = await cluster.nodes[2]!.administrator();
    await administrator.query('SET GLOBAL wsrep_desync = ON');
    try {
      expect(await healthy()).toMatchObject({
        result: 'fail',
        blocks: true,
        details: [expect.stringContaining('the server is not synced (Donor/Desynced)')],
      });
    } finally {
      await administrator.query('SET GLOBAL wsrep_desync = OFF');
      await administrator.end();
    }
  });

  test('blocks when a node cannot be looked at, and is neither verified nor not', async () => {
    await deployment();
    await withServers(database(), async (whole) => {
      const unseen = [{ address: '192.0.2.3:3306', reason: 'it does not answer.', isUnfit: false }];
      const servers = new Servers(whole.database, whole.nodes.slice(0, 2), unseen, 3);
      const found = await assess(dropLastClusterOperation, servers, request());
      expect(found.find(({ rule }) => rule.id === 'servers-healthy')).toMatchObject({
        result: 'unknown',
        blocks: true,
        details: ['Cannot tell: 1 of 3 nodes could not be looked at. 192.0.2.3:3306: it does not answer.'],
      });
      expect(checksOf(await dropLastClusterOperation.verify(servers))).toContainEqual({
        node: '192.0.2.3:3306',
        name: 'reachable',
        result: 'unknown',
        detail: 'Cannot tell: it does not answer.',
      });
    });
  });

  test('is not verified when one node has another table than the others', async () => {
    await deployment();
    await apply(dropLastClusterOperation);
    const astray = await cluster.nodes[2]!.administrator();
    await astray.query(
      `USE ${name}; SET SESSION wsrep_OSU_method = 'RSU'; ALTER TABLE object_metadata ADD COLUMN ${COLUMN} TEXT`,
    );
    await astray.end();
    const checks = await withServers(database(), async (servers) =>
      checksOf(await dropLastClusterOperation.verify(servers)),
    );
    expect(checks.filter(({ result }) => result !== 'pass')).toEqual([
      { node: 'node3', name: 'column', result: 'fail', detail: `${COLUMN} is there` },
    ]);
  });
});

test.each([
  [
    '10.0.0.1:3306,10.0.0.2:3307',
    [
      { host: '10.0.0.1', port: 3306 },
      { host: '10.0.0.2', port: 3307 },
    ],
  ],
  ['[fe80::1]:3306', [{ host: 'fe80::1', port: 3306 }]],
  ['AUTO,,0.0.0.0:3306,db1:0', []],
])('the addresses in "%s" are read', (list, addresses) => {
  expect(incomingAddresses(list)).toEqual(addresses);
});
