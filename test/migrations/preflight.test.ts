import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createConnection, type Connection } from 'mysql2/promise';
import { compositeTargetUniqueness } from '../../src/migrations/composite-target-uniqueness/migration.js';
import { dropLastClusterOperation } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { COLUMN, apply, assessed, insertValues } from '../fixtures/migrating.js';
import { NODE, insertNode, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator, startTestServer, type TestServer } from '../servers/mariadb.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

const drop = dropLastClusterOperation;
const uniqueness = compositeTargetUniqueness;

let site: Site;
afterEach(async () => site.close());

/** A deployment before both migrations in which the given statements have been run by hand. */
async function deploymentWith(...statements: string[]): Promise<Site> {
  site = await Site.create({ version: 'baseline', extra: statements });
  return site;
}

test('nothing stands against a plain deployment, and what could not be looked at is said', async () => {
  const found = await assessed(await deploymentWith(), drop);
  const unseen = ['recent-statements', 'open-transactions', 'metadata-locks', 'other-ddl'];
  for (const [id, { result, blocks, details }] of found) {
    expect({ id, blocks }).toEqual({ id, blocks: false });
    expect({ id, result, said: details.length > 0 }).toEqual({
      id,
      result: unseen.includes(id) ? 'unknown' : 'pass',
      said: unseen.includes(id),
    });
  }
});

describe('a rule fires on', () => {
  const definer = 'DEFINER=shakenfist@localhost SQL SECURITY INVOKER';
  test.each([
    ['table-format', 'ALTER TABLE object_metadata ENGINE=Aria', 'stored by Aria'],
    [
      'table-format',
      'ALTER TABLE object_metadata PARTITION BY KEY (object_uuid) PARTITIONS 2',
      'partitioned',
    ],
    ['column-hideable', `ALTER TABLE object_metadata MODIFY ${COLUMN} TEXT NOT NULL`, 'NOT NULL'],
    ['column-indexed', `CREATE INDEX mine ON object_metadata (${COLUMN}(10))`, 'The key mine'],
    [
      'column-generated',
      `ALTER TABLE object_metadata ADD COLUMN g INT AS (LENGTH(${COLUMN}))`,
      'The generated column g',
    ],
    [
      'column-checked',
      `ALTER TABLE object_metadata ADD CONSTRAINT c CHECK (${COLUMN} <> metadata_json)`,
      'The constraint c',
    ],
    [
      'column-checked',
      `ALTER TABLE object_metadata MODIFY ${COLUMN} TEXT CHECK (${COLUMN} <> '')`,
      'The constraint',
    ],
    [
      'column-referenced',
      `ALTER TABLE object_metadata MODIFY ${COLUMN} VARCHAR(36); ALTER TABLE object_metadata ADD KEY k (${COLUMN}), ADD CONSTRAINT f FOREIGN KEY (${COLUMN}) REFERENCES events (event_uuid)`,
      'The foreign key f',
    ],
    ['views', `CREATE ${definer} VIEW v AS SELECT ${COLUMN} AS x FROM object_metadata`, '.v names it'],
    [
      'triggers',
      `CREATE TRIGGER t BEFORE UPDATE ON object_metadata FOR EACH ROW SET NEW.${COLUMN} = NULL`,
      '.t names it',
    ],
    [
      'routines',
      `CREATE DEFINER=shakenfist@localhost PROCEDURE p() SELECT ${COLUMN} FROM object_metadata`,
      '.p names it',
    ],
    [
      'events',
      `CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO UPDATE object_metadata SET ${COLUMN} = NULL`,
      '.e names it',
    ],
    ['values-left', `INSERT INTO object_metadata VALUES ('u', 'NETWORK', NULL, 'null')`, '1 row has a value'],
  ])('%s: %s', async (id, statement, detail) => {
    const found = (await assessed(await deploymentWith(statement), drop)).get(id)!;
    expect(found).toMatchObject({ result: 'fail', blocks: true });
    expect(found.details.join(' ')).toContain(detail);
    await expect(apply(site, drop)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringContaining(id),
    });
  });

  test('a routine whose body this account may not read, which is unknown and blocks', async () => {
    await deploymentWith('CREATE PROCEDURE p() SELECT 1');
    expect((await assessed(site, drop)).get('routines')).toMatchObject({ result: 'unknown', blocks: true });
    expect((await assessed(site, drop, { acceptUnknown: true })).get('routines')).toMatchObject({
      blocks: false,
    });
  });

  test('a view in another database, if it is about this one', async () => {
    const [mine, theirs] = [await deploymentWith(), await Site.create({ version: 'baseline' })];
    const view = (of: Site): string =>
      `CREATE DEFINER=shakenfist@localhost VIEW v AS SELECT ${COLUMN} AS x FROM ${of.settings.database}.object_metadata`;
    await theirs.query(view(theirs));
    expect((await assessed(mine, drop)).get('views')).toMatchObject({ result: 'pass' });
    await theirs.query(`DROP VIEW v; ${view(mine)}`);
    expect((await assessed(mine, drop)).get('views')!.details).toEqual([
      `The view ${theirs.settings.database}.v names it.`,
    ]);
    await theirs.close();
  });

  test('a backup that cannot be written', async () => {
    const found = await assessed(await deploymentWith(), drop, { backup: '/proc/nowhere/file' });
    expect(found.get('values-left')).toMatchObject({ result: 'fail', blocks: true });
  });

  test('a compressed table, which is only a warning', async () => {
    await deploymentWith('ALTER TABLE object_metadata ROW_FORMAT=COMPRESSED');
    expect((await assessed(site, drop)).get('table-format')).toMatchObject({
      result: 'warning',
      blocks: false,
    });
  });

  test('a node that checked in a moment ago, and not on one that is silent or stopped', async () => {
    await deploymentWith();
    await insertNode(site, NODE, 'sf-1');
    await insertNode(site, '55555555-5555-4555-8555-555555555555', 'sf-2', now() - 600);
    await insertNode(site, '66666666-6666-4666-8666-666666666666', 'sf-3');
    await site.query("UPDATE node_daemon_states SET value = 'daemon-stopped' WHERE node_uuid LIKE '6666%'");
    const found = (await assessed(site, drop)).get('daemons')!;
    expect(found).toMatchObject({ result: 'fail', blocks: true });
    expect(found.details).toEqual([
      expect.stringMatching(/^sf-1 \(Shaken Fist 0\.8\.0\) checked in \d+s ago\.$/),
    ]);
    expect((await assessed(site, drop, { daemonsStopped: true })).get('daemons')).toMatchObject({
      result: 'warning',
      blocks: false,
    });
  });

  test('targets that are recorded twice', async () => {
    await deploymentWith('ALTER TABLE cluster_operation_targets DROP INDEX operation_uuid');
    await site.query(`INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
      VALUES ('o', 'net_op', 'NETWORK', 'n', 1), ('o', 'net_op', 'NETWORK', 'n', 2), ('o', 'net_op', 'INSTANCE', 'n', 1)`);
    const found = (await assessed(site, uniqueness)).get('duplicate-targets')!;
    expect(found).toMatchObject({ result: 'fail', blocks: true, details: ['o → NETWORK n: 2 rows.'] });
    // What the rule tells the operator to run is what helps.
    await site.query(found.rule.remedy!.slice(found.rule.remedy!.indexOf('DELETE')));
    expect((await assessed(site, uniqueness)).get('duplicate-targets')).toMatchObject({ result: 'pass' });
  });

  test('everything at once, none hidden behind the first', async () => {
    await deploymentWith(`CREATE INDEX mine ON object_metadata (${COLUMN}(10))`);
    await insertValues(site, ['x']);
    await insertNode(site, NODE, 'sf-1');
    const refusal = await apply(site, drop).catch((error: Error) => error.message);
    expect(refusal).toMatch(/\(1\) column-indexed: .*\(2\) values-left: .*\(3\) daemons: /);
  });
});

describe('an account', () => {
  async function become(...grants: string[]): Promise<void> {
    const administrator = await connectAsAdministrator({ socketPath: site.settings.socketPath });
    const user = `only_${site.settings.database.slice(-8)}`;
    await administrator.query(`CREATE USER ${user}@localhost; CREATE USER ${user}@'%'`);
    for (const grant of grants) {
      const [privileges, host] = grant.split('@');
      await administrator.query(`GRANT ${privileges} ON ${site.settings.database}.* TO ${user}@'${host}'`);
    }
    await administrator.end();
    Object.assign(site.settings, { user });
  }

  test('that may only SELECT may plan, and is told what it may not do and cannot see', async () => {
    await deploymentWith();
    await become('SELECT@localhost');
    const found = await assessed(site, drop);
    expect(found.get('privileges')).toMatchObject({ result: 'fail', blocks: true });
    expect(found.get('privileges')!.details).toContain('ALTER on object_metadata is missing.');
    for (const id of ['triggers', 'routines', 'events']) {
      expect(found.get(id)).toMatchObject({
        result: 'unknown',
        blocks: true,
        details: [expect.stringMatching(/^Cannot tell: privilege .* missing/)],
      });
    }
  });

  test('whose grants do not explain what it evidently may do is not said to lack ALTER', async () => {
    await deploymentWith();
    await become('ALL PRIVILEGES@%');
    expect((await assessed(site, drop)).get('privileges')).toMatchObject({
      result: 'unknown',
      blocks: true,
      details: [
        'Cannot tell: ALTER on object_metadata: SHOW GRANTS does not show all grants of this account.',
      ],
    });
  });
});

describe('on a server that lets us look at what others do', () => {
  let server: TestServer;
  let other: Connection;

  beforeAll(async () => {
    server = await startTestServer({
      extraArguments: [
        '--performance-schema=ON',
        '--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON',
      ],
    });
    const administrator = await connectAsAdministrator(server);
    await administrator.query(
      'GRANT PROCESS ON *.* TO shakenfist@localhost; GRANT SELECT ON performance_schema.* TO shakenfist@localhost',
    );
    await administrator.end();
  });
  afterAll(async () => server.stop());
  afterEach(async () => other.end());

  async function deployment(): Promise<Site> {
    site = await Site.create({ version: 'baseline' }, server);
    other = await createConnection(site.settings);
    return site;
  }

  test('all rules pass when nobody does anything', async () => {
    const found = await assessed(await deployment(), drop);
    expect([...found.values()].filter(({ result }) => result !== 'pass').map(({ rule }) => rule.id)).toEqual(
      [],
    );
  });

  test('open-transactions names the connection, reading or writing', async () => {
    await deployment();
    await other.query('START TRANSACTION');
    await other.query('SELECT COUNT(*) FROM object_metadata');
    const found = (await assessed(site, drop)).get('open-transactions')!;
    expect(found).toMatchObject({ result: 'warning', blocks: false });
    expect(found.details).toEqual([expect.stringContaining(`connection ${other.threadId} on `)]);
  });

  test('metadata-locks sees what holds the table without a transaction', async () => {
    await deployment();
    await other.query('LOCK TABLES object_metadata READ');
    const found = (await assessed(site, drop)).get('metadata-locks')!;
    expect(found).toMatchObject({ result: 'warning', blocks: false });
    expect(found.details).toEqual([expect.stringContaining(`Connection ${other.threadId} on `)]);
  });

  test('recent-statements sees a program that names the column, and not ourselves', async () => {
    await deployment();
    await insertValues(site, ['x']);
    await apply(site, drop, { phase: 'hide' });
    const administrator = await connectAsAdministrator(server);
    await administrator.query('TRUNCATE TABLE performance_schema.events_statements_summary_by_digest');
    await administrator.end();
    expect((await assessed(site, drop)).get('recent-statements')).toMatchObject({ result: 'pass' });
    await other.query(`SELECT ${COLUMN} FROM object_metadata WHERE object_uuid = 'u'`);
    const found = (await assessed(site, drop)).get('recent-statements')!;
    expect(found).toMatchObject({ result: 'fail', blocks: true });
    expect(found.details).toEqual([
      expect.stringMatching(/Seen 1 times .*SELECT `last_cluster_operation_json` FROM `object_metadata`/),
    ]);
  });

  test('other-ddl sees a schema change that is running', async () => {
    await deployment();
    const reader = await createConnection(site.settings);
    await reader.query('START TRANSACTION');
    await reader.query('SELECT COUNT(*) FROM networks');
    const waiting = other.query('ALTER TABLE networks ADD COLUMN x INT');
    await site.query('SELECT SLEEP(0.2)');
    const found = (await assessed(site, drop)).get('other-ddl')!;
    await reader.query('COMMIT');
    await waiting;
    await reader.end();
    expect(found).toMatchObject({ result: 'fail', blocks: true });
    expect(found.details).toEqual([expect.stringContaining('ALTER TABLE networks')]);
  });

  test('servers-healthy fails on a server that refuses writes', async () => {
    await deployment();
    const administrator = await connectAsAdministrator(server);
    await administrator.query('SET GLOBAL read_only = 1');
    try {
      expect((await assessed(site, drop)).get('servers-healthy')).toMatchObject({
        result: 'fail',
        blocks: true,
      });
    } finally {
      await administrator.query('SET GLOBAL read_only = 0');
      await administrator.end();
    }
  });
});
