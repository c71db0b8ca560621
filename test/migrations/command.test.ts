import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { connectionFlags, jsonOf, runCli, type Outcome } from '../cli/run.js';
import { COLUMN, insertValues } from '../fixtures/migrating.js';
import { INSTANCE, INTERFACE, NETWORK, NODE, insertNode, insertOperation } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator } from '../servers/mariadb.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

let site: Site;
afterEach(async () => site.close());

async function deployment(variant: SchemaVariant = {}): Promise<Site> {
  return (site = await Site.create({ version: 'baseline', ...variant }));
}

function migrate(...args: string[]): Promise<Outcome> {
  return runCli([...connectionFlags(site.settings), 'migrate', ...args]);
}

/** As the comments say: a statement that met somebody at work, the server's own purge as well, is run again. */
async function runByHand(script: string): Promise<void> {
  for (const statement of script.split('\n').filter((line) => !/^(-- |$)/.test(line))) {
    const isDone = (): Promise<boolean> =>
      site.query(statement).then(
        () => true,
        (error: { errno: number }) => {
          if (error.errno !== 1205) throw error;
          return false;
        },
      );
    while (!(await isDone())) await sleep(20);
  }
}

describe('migrate status', () => {
  test('is the document that scripts rely on', async () => {
    await deployment();
    const { exitCode, stdout } = await migrate('status', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      migrations: [
        {
          id: 'drop-last-cluster-operation',
          table: 'object_metadata',
          from_version: 2,
          to_version: 3,
          current_version: 2,
          state: 'pending',
          detail: 'Nothing was done yet.',
        },
        {
          id: 'composite-target-uniqueness',
          table: 'cluster_operation_targets',
          from_version: 1,
          to_version: 2,
          current_version: 1,
          state: 'pending',
          detail: 'Nothing was done yet: only the first target of an operation can be recorded.',
        },
      ],
      running: null,
    });
  });

  test('names who migrates at the moment', async () => {
    await deployment();
    await site.query(
      "INSERT INTO cluster_locks VALUES ('sf-ops/migrate', '{\"operation\": \"testing\"}', 'db9', 7, 'x', 1, NOW() + INTERVAL 60 SECOND)",
    );
    expect(jsonOf(await migrate('status', '--json'))).toMatchObject({
      running: 'process 7 on db9 (testing)',
    });
    expect((await migrate('status', '--format', 'table')).stdout).toContain(
      'Running: process 7 on db9 (testing).',
    );
    const refused = await migrate('apply', '--yes', '--json');
    expect(refused.exitCode).toBe(7);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'migration_running', exit_code: 7 } });
  });
});

describe('migrate plan', () => {
  test('shows the exact SQL, the locks, the size, and every rule with what to do', async () => {
    await deployment();
    await insertValues(site, ['x']);
    const { exitCode, stdout } = await migrate('plan', 'drop-last-cluster-operation', '--format', 'wide');
    expect(exitCode).toBe(3);
    expect(stdout).toContain(
      'ALTER TABLE `object_metadata` NOWAIT RENAME COLUMN `last_cluster_operation_json` TO `sf_ops_fenced_',
    );
    expect(stdout).toMatch(
      /ALTER TABLE `object_metadata` NOWAIT DROP COLUMN IF EXISTS `sf_ops_fenced_\w+`, ALGORITHM=INSTANT, LOCK=NONE/,
    );
    expect(stdout).toMatch(/^blocked: 1 of 20 checks stands in the way of object_metadata 2 to 3/);
    expect(stdout).toMatch(/^ {2}fail +values-left +1 row has a value in last_cluster_operation_json\.$/m);
    expect(stdout).toMatch(/^ +Give --backup FILE/m);
    expect(stdout).toMatch(/about \d+ rows, \d+\.\d MiB/);
    const document = jsonOf<{
      ok: boolean;
      migrations: { preflight: { id: string; what_to_do: string }[] }[];
    }>(await migrate('plan', '--json'));
    expect(document.ok).toBe(false);
    expect(document.migrations[0]!.preflight).toHaveLength(20);
    expect(document.migrations[1]!.preflight).toHaveLength(9);
  });

  test('as SQL fits a change request, and does when run by hand what apply would do', async () => {
    await deployment();
    await insertOperation(site, {
      type: 'node_inst_net_iface_op',
      targets: [['INSTANCE', INSTANCE]],
      stored: { instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
    });
    const { exitCode, stdout } = await migrate('apply', '--dry-run', '--format', 'sql');
    expect(exitCode).toBe(0);
    for (const line of stdout.split('\n')) expect(line).toMatch(/^$|^-- |^(ALTER|INSERT|SELECT) .*;$/);
    expect(stdout).toMatch(/^-- fence: .*at error 1205, .* run it again$/m);
    expect(stdout).toContain('-- preflight passed: server-version, ');
    expect(stdout).toContain('-- unknown other-ddl: Cannot tell: privilege PROCESS missing');
    await runByHand(stdout);
    expect((await migrate('verify')).exitCode).toBe(0);
    expect((await migrate('apply')).stdout).toMatch(/already_applied[\s\S]*already_applied/);
  });

  test('needs no more than SELECT', async () => {
    await deployment();
    const administrator = await connectAsAdministrator(site.settings);
    const user = `only_${site.settings.database.slice(-8)}`;
    await administrator.query(
      `CREATE USER ${user}@localhost; GRANT SELECT ON ${site.settings.database}.* TO ${user}@localhost`,
    );
    await administrator.end();
    Object.assign(site.settings, { user });
    expect((await migrate('status')).exitCode).toBe(0);
    const plan = await migrate('plan', '--json');
    expect(plan.exitCode).toBe(3);
    expect(plan.stdout).toContain('privilege TRIGGER missing');
    const refused = await migrate('apply', '--yes', '--json');
    expect(refused.exitCode).toBe(9);
    expect(jsonOf(refused)).toMatchObject({
      error: { message: expect.stringContaining('ALTER on object_metadata is missing.') },
    });
  });
});

describe('migrate apply', () => {
  test('asks first, and without a terminal a question is a refusal', async () => {
    await deployment();
    const before = await shapeOf(site);
    const refused = await migrate('apply', '--json');
    expect({ ...refused, stdout: jsonOf(refused) }).toMatchObject({
      exitCode: 9,
      stdout: {
        error: { code: 'confirmation_missing', message: expect.stringMatching(/^database \S+ on .+: /) },
      },
    });
    expect(await shapeOf(site)).toEqual(before);
  });

  test('refuses while a node is alive, unless told that its daemons are stopped', async () => {
    await deployment();
    await insertNode(site, NODE, 'sf-1');
    const refused = await migrate('apply', '--yes');
    expect(refused).toMatchObject({ exitCode: 9, stdout: '' });
    expect(refused.stderr).toContain('daemons: sf-1 (Shaken Fist 0.8.0) checked in');
    const applied = await migrate('apply', '--yes', '--yes-daemons-are-stopped', '--json');
    expect(applied.exitCode).toBe(0);
    expect(jsonOf(applied)).toMatchObject({
      ok: true,
      migrations: [{ outcome: 'applied' }, { outcome: 'applied' }],
    });
    expect(applied.stderr).toMatch(/hide: done[\s\S]*fence: done[\s\S]*drop: done[\s\S]*key: done/);
  });

  test('gives up when no quiet moment comes', async () => {
    await deployment();
    await site.query('START TRANSACTION');
    await site.query('SELECT COUNT(*) FROM object_metadata');
    const conflict = await migrate('apply', '--yes', '--max-wait', '300ms', '--json');
    expect(conflict.exitCode).toBe(7);
    expect(jsonOf(conflict)).toMatchObject({ error: { code: 'no_quiet_moment' } });
    expect((await migrate('apply', '--yes', '--timeout', '5', '--json')).exitCode).toBe(4);
    await site.query('COMMIT');
    expect(jsonOf(await migrate('status', '--json'))).toMatchObject({
      migrations: [{ state: 'pending' }, { state: 'pending' }],
    });
  });

  test('begins none when one of several is blocked', async () => {
    await deployment({
      extra: ["UPDATE schema_versions SET version = 9 WHERE table_name = 'cluster_operation_targets'"],
    });
    const before = await shapeOf(site);
    expect(await migrate('apply', '--yes')).toMatchObject({
      exitCode: 9,
      stderr: expect.stringContaining('composite-target-uniqueness cannot be applied'),
    });
    expect(await shapeOf(site)).toEqual(before);
    expect((await migrate('apply', 'drop-last-cluster-operation', '--yes')).exitCode).toBe(0);
  });
});

test('migrate verify says no before, and yes after', async () => {
  await deployment();
  const before = await migrate('verify', '--json');
  expect(before.exitCode).toBe(3);
  expect(jsonOf(before)).toMatchObject({
    ok: false,
    migrations: [{ id: 'drop-last-cluster-operation', ok: false }, { ok: false }],
  });
  await migrate('apply', '--yes');
  const after = await migrate('verify', '--json');
  expect({ exitCode: after.exitCode, ...jsonOf(after) }).toMatchObject({ exitCode: 0, ok: true });
});

test('migrate restore undoes the drop, and refuses what cannot be undone', async () => {
  await deployment();
  await migrate('apply', '--yes');
  expect(await migrate('restore', '--yes', '--json')).toMatchObject({ exitCode: 0 });
  expect(await site.query(`SELECT ${COLUMN} FROM object_metadata`)).toEqual([]);
  expect(await migrate('restore', 'composite-target-uniqueness', '--yes')).toMatchObject({
    exitCode: 9,
    stderr: expect.stringContaining('cannot be undone'),
  });
});

test.each([
  ['an unknown migration', ['apply', 'drop-everything']],
  ['an unknown phase', ['apply', 'drop-last-cluster-operation', '--phase', 'soak']],
  ['a phase of nothing', ['apply', '--phase', 'hide']],
  ['a phase of a migration that has none', ['apply', 'composite-target-uniqueness', '--phase', 'hide']],
  ['a wait that is no duration', ['apply', '--max-wait', 'soon']],
])('%s is a usage error', async (_, args) => {
  await deployment();
  expect(await migrate(...args)).toMatchObject({ exitCode: 2, stdout: '' });
});
