import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  connectAsAdministrator,
  sharedServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';
import { deployment, diagnosisOf, listed } from './diagnosis.js';

let server: TestServer;

beforeAll(async () => {
  server = await sharedServer();
});

describe('the account', () => {
  /** A new account that the given statements, in which `ACCOUNT` stands for it, give its privileges. */
  async function account(database: DatabaseSettings, ...grants: string[]): Promise<DatabaseSettings> {
    const user = `doctor_${randomBytes(4).toString('hex')}`;
    const administrator = await connectAsAdministrator(server, database.database);
    try {
      await administrator.query(`CREATE USER ${user}@localhost`);
      for (const grant of grants) await administrator.query(grant.replaceAll('ACCOUNT', user));
    } finally {
      await administrator.end();
    }
    return { ...database, user };
  }

  const literally = ({ database }: DatabaseSettings): string => database.replaceAll('_', '\\_');

  test('the owner may do everything', async () => {
    const diagnosis = await diagnosisOf(await deployment(server));
    expect(diagnosis.get('write-privileges')!.result).toBe('pass');
  });

  test('one that only reads is fine, and told which commands it cannot use', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(database, `GRANT SELECT ON ${database.database}.* TO ACCOUNT@localhost`),
    );

    expect(listed(diagnosis, 'fail', 'warn', 'unknown')).toEqual([]);
    expect(diagnosis.get('write-privileges')).toMatchObject({ result: 'info' });
    expect(diagnosis.get('write-privileges')!.detail).toMatch(
      /only reads: enqueue, .*abort, .*migrate apply, .* will not work/,
    );
  });

  test('a table that it may not read is a failure; what hangs on it cannot be told', async () => {
    const database = await deployment(server);
    const reader = await account(
      database,
      `GRANT SELECT ON work_queue TO ACCOUNT@localhost`,
      `GRANT SELECT ON schema_versions TO ACCOUNT@localhost`,
    );
    const diagnosis = await diagnosisOf(reader);

    expect(diagnosis.get('select-privilege')!.result).toBe('fail');
    expect(diagnosis.get('select-privilege')!.detail).toContain('cluster_operation_targets');
    expect(diagnosis.get('select-privilege')!.detail).not.toContain('work_queue');
    expect(diagnosis.get('select-privilege')!.hint).toBe(
      `GRANT SELECT ON \`${database.database}\`.* TO \`${reader.user}\`@\`localhost\``,
    );
    expect(diagnosis.get('tables')!.result).toBe('pass');
    expect(listed(diagnosis, 'unknown')).toEqual(
      expect.arrayContaining([
        'target-key: unknown',
        'enum-labels: unknown',
        'nodes: unknown',
        'network-node: unknown',
      ]),
    );
  });

  test('a ledger that it may not read leaves the versions unknown', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(
        database,
        'GRANT SELECT ON object_states TO ACCOUNT@localhost',
        'GRANT SELECT ON object_metadata TO ACCOUNT@localhost',
      ),
    );
    expect(diagnosis.get('schema-versions')).toMatchObject({ result: 'unknown' });
    expect(diagnosis.get('migrations')).toMatchObject({ result: 'unknown' });
    expect(diagnosis.get('metadata-column')).toMatchObject({ result: 'unknown' });
  });

  test('single columns that it may not read are named', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(
        database,
        'GRANT SELECT (event_uuid), INSERT (event_uuid, message) ON events TO ACCOUNT@localhost',
      ),
    );
    expect(diagnosis.get('select-privilege')!.detail).toContain('events.message');
    expect(diagnosis.get('select-privilege')!.detail).not.toContain('events.event_uuid');
    expect(diagnosis.get('columns')!.detail).toContain('events.extra');
  });

  test('one that may write in part is warned of what it lacks', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(
        database,
        `GRANT SELECT, INSERT, UPDATE ON ${database.database}.* TO ACCOUNT@localhost`,
        'GRANT DELETE ON cluster_operation_targets TO ACCOUNT@localhost',
      ),
    );
    const { result, detail } = diagnosis.get('write-privileges')!;
    expect(result).toBe('warn');
    expect(detail).toContain('abort (lacks DELETE on work_queue)');
    expect(detail).toContain('migrate apply (lacks ALTER on object_metadata');
    expect(detail).not.toMatch(/prune|requeue/);
  });

  test('privileges of a nested role count', async () => {
    const database = await deployment(server);
    const [inner, outer] = ['inner', 'outer'].map((name) => `${name}_${randomBytes(4).toString('hex')}`);
    const member = await account(
      database,
      `CREATE ROLE ${inner}`,
      `CREATE ROLE ${outer}`,
      `GRANT ALL ON ${database.database}.* TO ${inner}`,
      `GRANT ${inner} TO ${outer}`,
      `GRANT ${outer} TO ACCOUNT@localhost`,
      `SET DEFAULT ROLE ${outer} FOR ACCOUNT@localhost`,
    );
    const diagnosis = await diagnosisOf(member);
    expect(listed(diagnosis, 'fail', 'warn', 'unknown')).toEqual([]);
    expect(diagnosis.get('write-privileges')!.result).toBe('pass');
  });

  test('a grant on the database by its name hides a wider one by pattern', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(
        database,
        'GRANT ALL ON `sf\\_test\\_%`.* TO ACCOUNT@localhost',
        `GRANT SELECT ON \`${literally(database)}\`.* TO ACCOUNT@localhost`,
      ),
    );
    expect(diagnosis.get('write-privileges')!.detail).toContain('only reads');
  });

  test('grants that SHOW GRANTS keeps to itself leave ALTER unknown', async () => {
    const database = await deployment(server);
    const diagnosis = await diagnosisOf(
      await account(
        database,
        `CREATE USER ACCOUNT@'%'`,
        `GRANT ALL ON ${database.database}.* TO ACCOUNT@'%'`,
      ),
    );
    expect(diagnosis.get('select-privilege')!.result).toBe('pass');
    expect(diagnosis.get('write-privileges')).toMatchObject({ result: 'unknown' });
    expect(diagnosis.get('write-privileges')!.detail).toMatch(/SHOW GRANTS.*It concerns migrate apply\./);
  });
});
