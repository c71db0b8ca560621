import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SfOpsError } from '../../src/core/errors.js';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { connectionFlags, jsonOf, runCli, startCli } from '../cli/run.js';
import { apply, COLUMN, insertValues, statusOf } from '../fixtures/migrating.js';
import { INSTANCE, INTERFACE, NETWORK, insertOperation } from '../fixtures/rows.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';
import { runFolder } from '../servers/run-folder.js';

/** Of its own: preflight looks at the code in all databases of a server, and here it runs a hundred times. */
let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(async () => server.stop());

/** A deployment with everything that both migrations care for. */
async function deployment(): Promise<Site> {
  const site = await Site.create({ version: 'baseline' }, server);
  await insertValues(site, ['a', null, 'b']);
  await insertOperation(site, {
    type: 'node_inst_net_iface_op',
    targets: [['INSTANCE', INSTANCE]],
    stored: { instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  });
  return site;
}

/** Runs to its end, or to the statement at which it is killed; gives the statements that it announced. */
async function statementsOf(site: Site, args: readonly string[], killAt = Infinity): Promise<string[]> {
  const child: ChildProcess = await startCli([
    ...connectionFlags(site.settings),
    '--verbose',
    '--yes',
    ...args,
  ]);
  const ended = once(child, 'exit');
  const statements: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    if (!line.startsWith('sql: ')) continue;
    statements.push(line.slice('sql: '.length));
    if (statements.length === killAt) child.kill('SIGKILL');
  }
  await ended;
  return statements;
}

/**
 * The server ends what the killed run had sent, a moment later. Its lease it keeps for up to a minute, for which nobody
 * should wait here.
 */
async function untilOver(site: Site): Promise<void> {
  const connections =
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()';
  while ((await site.query(connections)).length > 0) await sleep(5);
  await site.query('UPDATE cluster_locks SET expires_at = NOW() - INTERVAL 1 SECOND');
}

interface Statuses {
  migrations: { state: string; current_version: number }[];
}

async function finish(site: Site, args: readonly string[]): Promise<void> {
  await untilOver(site);
  const flags = connectionFlags(site.settings);
  const status = jsonOf<Statuses>(await runCli([...flags, '--json', 'migrate', 'status']));
  expect(status.migrations.map(({ state }) => state)).not.toContain('blocked');
  const again = await runCli([...flags, '--yes', ...args]);
  expect({ exitCode: again.exitCode, stderr: again.stderr }).toEqual({ exitCode: 0, stderr: again.stderr });
}

/** One after another, on so many deployments at a time. */
async function forEach(
  numbers: readonly number[],
  workers: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const left = [...numbers];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

const backupFile = async (): Promise<string> =>
  join(await mkdtemp(join(runFolder(), 'crash-')), 'values.ndjson');

/**
 * From when the lease is taken, every moment at which the database is another than the moment before: each statement
 * that changes it, and the first of the reads that follow. Between two reads it is the same.
 */
function moments(statements: readonly string[]): number[] {
  const isRead = (statement: string | undefined): boolean =>
    /^(SELECT|SHOW|SET|START|ROLLBACK)\b/.test(statement ?? '');
  const first = statements.findIndex((statement) => statement.startsWith('INSERT INTO cluster_locks'));
  return statements.flatMap((statement, index) =>
    index >= first && !(isRead(statement) && isRead(statements[index - 1])) ? [index + 1] : [],
  );
}

test('killed at any statement of apply, the next run brings it to the same end', async () => {
  const undisturbed = await deployment();
  const statements = await statementsOf(undisturbed, ['migrate', 'apply', '--backup', await backupFile()]);
  const end = await shapeOf(undisturbed);
  const targets = 'SELECT target_object_type, target_uuid FROM cluster_operation_targets ORDER BY 1';
  const rows = await undisturbed.query(targets);
  expect(rows).toHaveLength(3);
  await undisturbed.close();

  expect(moments(statements).length).toBeGreaterThan(20);
  await forEach(moments(statements), 3, async (moment) => {
    const site = await deployment();
    const args = ['migrate', 'apply', '--backup', await backupFile()];
    await statementsOf(site, args, moment);
    await finish(site, args);
    expect({ moment, shape: await shapeOf(site), rows: await site.query(targets) }).toEqual({
      moment,
      shape: end,
      rows,
    });
    await site.close();
  });
}, 600_000);

test('--timeout that passes at whatever statement is a deadline, never an unknown server, and the next run goes on', async () => {
  const site = await deployment();
  const args = { backup: await backupFile() };
  let last = 'none';
  for (let allowed = 1; last !== 'applied'; allowed += 3) {
    let sent = 0;
    const session = {
      trace: () => void (sent += 1),
      deadline: { remaining: () => (sent < allowed ? 3_600 : 0) },
    };
    last = await apply(site, drop, { ...args, session }).then(
      ({ outcome }) => outcome,
      (error: unknown) => `${(error as SfOpsError).exitCode} ${(error as SfOpsError).word}`,
    );
    expect([allowed, last]).toEqual([allowed, expect.stringMatching(/^(4 deadline|applied)$/)]);
  }
  expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
  await site.close();
}, 120_000);

test('killed at any statement of restore, the next run brings it to the same end', async () => {
  const values = `SELECT object_uuid, ${COLUMN} FROM object_metadata ORDER BY 1`;
  const dropped = async (): Promise<{ site: Site; before: unknown[]; shape: string[]; args: string[] }> => {
    const site = await deployment();
    const [before, shape, file] = [await site.query(values), await shapeOf(site), await backupFile()];
    const drop = ['migrate', 'apply', 'drop-last-cluster-operation', '--backup', file];
    await runCli([...connectionFlags(site.settings), '--yes', ...drop]);
    return { site, before, shape, args: ['migrate', 'restore', '--from', file] };
  };
  const undisturbed = await dropped();
  const statements = await statementsOf(undisturbed.site, undisturbed.args);
  expect(await shapeOf(undisturbed.site)).toEqual(undisturbed.shape);
  await undisturbed.site.close();

  expect(moments(statements).length).toBeGreaterThan(10);
  await forEach(moments(statements), 3, async (moment) => {
    const { site, before, shape, args } = await dropped();
    await statementsOf(site, args, moment);
    await untilOver(site);
    const again = await runCli([...connectionFlags(site.settings), '--yes', ...args]);
    expect({ moment, exitCode: again.exitCode, stderr: again.stderr }).toEqual({
      moment,
      exitCode: 0,
      stderr: again.stderr,
    });
    expect({ moment, shape: await shapeOf(site), values: await site.query(values) }).toEqual({
      moment,
      shape,
      values: before,
    });
    await site.close();
  });
}, 600_000);
