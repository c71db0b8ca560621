import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';
import { insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome, type RunOptions } from './run.js';

const DEPLOY = ['net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'];

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const enqueue = async (words: string[], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['enqueue', ...words, '--json', ...connectionFlags(site.settings)], options);

describe('enqueue --dry-run', () => {
  test('shows rows and SQL, writes nothing, and its SQL does by hand what it shows', async () => {
    const outcome = await enqueue([...DEPLOY, '--dry-run']);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    const answer = jsonOf<{ rows: Record<string, unknown[]>; sql: string[] }>(outcome);
    expect(answer).toMatchObject({ created: false, dry_run: true });
    expect(Object.values(await operationTables(site)).flat()).toEqual([]);
    expect(await site.query('SELECT * FROM events')).toEqual([]);
    for (const statement of answer.sql) await site.query(statement);
    expect(await operationTables(site)).toEqual(answer.rows);
  });

  test('in plain is a script that the mariadb client takes', async () => {
    const { stdout } = await runCli(['enqueue', ...DEPLOY, '--dry-run', ...connectionFlags(site.settings)]);
    expect(stdout).toMatch(/^START TRANSACTION;\n(INSERT INTO .*;\n){4}COMMIT;\n$/);
    await site.query(stdout);
    expect((await operationTables(site)).cluster_operation_targets).toHaveLength(1);
  });

  test('of what waits already says that it would be used', async () => {
    const waiting = await insertOperation(site);
    const outcome = await enqueue([
      'net_op',
      '--network-uuid',
      NETWORK,
      '--task',
      'network_ensure_mesh',
      '--dry-run',
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(outcome)).toMatchObject({
      reused: true,
      created: false,
      dry_run: true,
      operation_uuid: waiting,
      rows: null,
      sql: [],
    });
  });
});
