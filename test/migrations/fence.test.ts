import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { migrationStatements } from '../../src/migrations/migration-files.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from '../cli/run.js';
import { COLUMN, Person, apply, insertValues, restore, statusOf } from '../fixtures/migrating.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

let site: Site;
let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(runFolder(), 'fence-')), 'values.ndjson');
});
afterEach(async () => site.close());

async function deployment(values: readonly (string | null)[], variant: SchemaVariant = {}): Promise<Site> {
  site = await Site.create({ version: 'baseline', ...variant });
  await insertValues(site, values);
  return site;
}

const FENCED = 'sf_ops_fenced_00000000';
const HIDE = `ALTER TABLE object_metadata MODIFY COLUMN ${COLUMN} TEXT NULL INVISIBLE`;
const FENCE = `ALTER TABLE object_metadata RENAME COLUMN ${COLUMN} TO ${FENCED}`;
const values = (column = COLUMN): Promise<unknown[]> =>
  site.query(
    `SELECT ${column} AS value FROM object_metadata WHERE ${column} IS NOT NULL ORDER BY object_uuid`,
  );

/** Runs `then` as soon as a statement is sent that matches. */
function at(
  statement: RegExp,
  then: () => Promise<unknown>,
): { trace: (sql: string) => void; done: Promise<unknown>[] } {
  const done: Promise<unknown>[] = [];
  return { done, trace: (sql) => void (done.length === 0 && statement.test(sql) && done.push(then())) };
}

describe('what is written while apply waits', () => {
  test.each([
    ['when the column had values', ['a', 'b']],
    ['when it was empty', [null, null]],
  ])('is in the backup or was refused, %s', async (_, before) => {
    await deployment(before);
    await apply(site, drop, { phase: 'hide' });
    const holder = await createConnection(site.settings);
    await holder.query('START TRANSACTION');
    await holder.query('SELECT COUNT(*) FROM object_metadata');
    const person = new Person();
    const applying = apply(site, drop, { backup: file, person });
    while (!person.heard.some((text) => text.includes('trying again'))) await sleep(5);
    await site.query(`UPDATE object_metadata SET ${COLUMN} = CONCAT('late ', object_uuid)`);
    const late = await values();
    await holder.query('COMMIT');
    await holder.end();
    expect(await applying).toMatchObject({ outcome: 'applied', backup: { rows: 2 } });
    await restore(site, file);
    expect(await values()).toEqual(late);
  });

  test.each([
    ['fence', /RENAME COLUMN/],
    ['backup', /AS sf_ops_value\b/],
    ['drop', /DROP COLUMN/],
  ])('is lost to nobody, at the %s', async (_, statement) => {
    await deployment(['a', 'b', 'c']);
    const acknowledged = new Map<string, string>();
    const writer = await createConnection(site.settings);
    const uuid = '00000001-0000-4000-8000-000000000000';
    const write = async (): Promise<void> => {
      for (let count = 0; count < 20; count += 1) {
        try {
          await writer.query(
            `UPDATE object_metadata SET ${COLUMN} = 'write ${count}' WHERE object_uuid = '${uuid}'`,
          );
          acknowledged.set(uuid, `write ${count}`);
        } catch (error) {
          expect((error as { errno: number }).errno).toBe(1054);
        }
      }
    };
    const { trace, done } = at(statement, write);
    expect(await apply(site, drop, { backup: file, session: { trace } })).toMatchObject({
      outcome: 'applied',
    });
    await Promise.all(done);
    await writer.end();
    await restore(site, file);
    expect(
      await site.query(`SELECT ${COLUMN} AS value FROM object_metadata WHERE object_uuid = '${uuid}'`),
    ).toEqual([{ value: acknowledged.get(uuid) ?? 'b' }]);
  });

  test('stops a drop without a backup, and the fence comes down again', async () => {
    await deployment([null]);
    const { trace, done } = at(/RENAME COLUMN/, () =>
      site.query(`UPDATE object_metadata SET ${COLUMN} = 'sudden'`).catch(() => null),
    );
    const preflight = at(/INVISIBLE/, () => site.query(`UPDATE object_metadata SET ${COLUMN} = 'sudden'`));
    const both = (sql: string): void => {
      trace(sql);
      preflight.trace(sql);
    };
    await expect(apply(site, drop, { session: { trace: both } })).rejects.toMatchObject({
      exitCode: 7,
      word: 'values_changed',
      message: expect.stringContaining('Done before: hide, fence, restore.'),
    });
    await Promise.all([...done, ...preflight.done]);
    expect(await values()).toEqual([{ value: 'sudden' }]);
    expect(await statusOf(site, drop)).toMatchObject({
      state: 'in_progress',
      detail: expect.stringContaining('hidden'),
    });
  });
});

describe.each(['TEXT', 'JSON'] as const)(
  'a column of type %s that was left behind its fence',
  (lastClusterOperation) => {
    const fenced = async (extra: readonly string[] = []): Promise<void> => {
      const hide = HIDE.replace('TEXT NULL', lastClusterOperation === 'JSON' ? 'JSON' : 'TEXT NULL');
      await deployment(['"a"', '"b"'], { lastClusterOperation });
      for (const statement of [hide, FENCE, ...extra]) await site.query(statement);
    };

    test('is a state with a name, and apply goes on', async () => {
      await fenced();
      expect(await statusOf(site, drop)).toMatchObject({
        state: 'in_progress',
        currentVersion: 2,
        detail: expect.stringContaining(FENCED),
      });
      await expect(apply(site, drop)).rejects.toMatchObject({ exitCode: 9, word: 'preflight_failed' });
      expect(await apply(site, drop, { backup: file })).toMatchObject({
        outcome: 'applied',
        backup: { rows: 2 },
        alterations: [{ phase: 'drop' }],
      });
      await restore(site, file);
      expect(await values()).toEqual([{ value: '"a"' }, { value: '"b"' }]);
    });

    test('gets its name back from restore, as it was', async () => {
      await deployment(['"a"'], { lastClusterOperation });
      const shape = await shapeOf(site);
      await site.close();
      await fenced();
      expect(await restore(site, null)).toMatchObject({ outcome: 'restored', version: 2 });
      expect(await shapeOf(site)).toEqual(shape);
      expect(await values()).toEqual([{ value: '"a"' }, { value: '"b"' }]);
      expect(await statusOf(site, drop)).toMatchObject({ state: 'pending' });
    });

    test('stays when Shaken Fist migrates, which apply finishes and restore undoes', async () => {
      await fenced(migrationStatements('0001_drop_last_cluster_operation'));
      expect(await statusOf(site, drop)).toMatchObject({
        state: 'in_progress',
        currentVersion: 3,
        detail: expect.stringContaining('Shaken Fist set version 3'),
      });
      expect(await apply(site, drop, { backup: file })).toMatchObject({
        outcome: 'applied',
        backup: { rows: 2 },
        stamped: false,
      });
      expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
      await site.close();
      await fenced(migrationStatements('0001_drop_last_cluster_operation'));
      expect(await restore(site, null)).toMatchObject({ outcome: 'restored', version: 2 });
      expect(await statusOf(site, drop)).toMatchObject({ state: 'pending' });
    });
  },
);

test('a column that is there twice is nobody’s to drop', async () => {
  await deployment(['a']);
  await site.query(`ALTER TABLE object_metadata ADD COLUMN ${FENCED} TEXT`);
  expect(await statusOf(site, drop)).toMatchObject({
    state: 'blocked',
    detail: expect.stringContaining('more than once'),
  });
  await expect(apply(site, drop, { backup: file })).rejects.toMatchObject({ exitCode: 9 });
  await expect(restore(site, null)).rejects.toMatchObject({ exitCode: 9 });
});

describe('a backup path that will not do is refused before anything is changed', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['a folder', () => mkdir(file)],
    ['a pipe', async () => execFileSync('mkfifo', [file])],
    ['a device', () => symlink('/dev/full', file)],
    ['a file of something else', () => writeFile(file, 'precious')],
    ['an empty file', () => writeFile(file, '')],
  ])('%s', async (_, plant) => {
    await deployment(['a']);
    const shape = await shapeOf(site);
    await plant();
    await expect(apply(site, drop, { backup: file })).rejects.toMatchObject({ exitCode: 9 });
    expect(await shapeOf(site)).toEqual(shape);
    expect(await readdir(join(file, '..'))).toEqual(['values.ndjson']);
  });

  test.each(['/dev/stdout', '/dev/null', '/proc/values.ndjson', '/nowhere/values.ndjson', 'x'.repeat(300)])(
    '%s',
    async (path) => {
      await deployment(['a']);
      const shape = await shapeOf(site);
      await expect(apply(site, drop, { backup: path })).rejects.toMatchObject({ exitCode: 9 });
      expect(await shapeOf(site)).toEqual(shape);
    },
  );
});

/** A namespace in which even an ordinary account may mount something. */
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'] as const;
const canMount =
  spawnSync(OWN_MOUNTS[0], [...OWN_MOUNTS.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

(canMount ? describe : describe.skip)('a disk that is full', () => {
  /** The program, in a place of its own where the folder of the backup has so much room. */
  const applyWithRoom = async (size: string): Promise<Outcome> => {
    const script = `mount -t tmpfs -o size=${size} none "$0" && exec "$@"`;
    const through = [...OWN_MOUNTS, 'sh', '-c', script, dirname(file)];
    const words = ['--yes', 'migrate', 'apply', drop.id, '--backup', file, '--json'];
    return runCli([...connectionFlags(site.settings), ...words], { through });
  };
  const insert = (value: string): Promise<unknown> =>
    site.query(`INSERT INTO object_metadata
      SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-0000-4000-8000-000000000000'), 'NETWORK', '{}', ${value} FROM seq_1_to_40`);

  test('before anything is changed: refused', async () => {
    await deployment([]);
    await insert("REPEAT('x', 50000)");
    const shape = await shapeOf(site);
    const refused = await applyWithRoom('1m');
    expect(refused.exitCode).toBe(9);
    expect(refused.stdout).toMatch(/1\.0 MiB left, and the values take about 2\.\d MiB/);
    expect(await shapeOf(site)).toEqual(shape);
  });

  test('while the values are written, more than could be foreseen: told, the fence comes down, nothing is lost', async () => {
    await deployment([]);
    // In the file each of these characters takes six.
    await insert('REPEAT(CHAR(1), 50000)');
    const before = await values();
    const failed = await applyWithRoom('4m');
    expect({ exitCode: failed.exitCode, ...jsonOf(failed) }).toMatchObject({
      exitCode: 7,
      error: { code: 'backup_failed', message: expect.stringMatching(/ENOSPC.*Done before: hide, fence/) },
    });
    expect(await values()).toEqual(before);
    expect(await statusOf(site, drop)).toMatchObject({ state: 'in_progress' });
    expect(await apply(site, drop, { backup: file })).toMatchObject({
      outcome: 'applied',
      backup: { rows: 40 },
    });
  });
});

test('a umask that takes everything leaves the backup to its owner', async () => {
  await deployment(['a']);
  const before = process.umask(0o777);
  try {
    await apply(site, drop, { backup: file });
  } finally {
    process.umask(before);
  }
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a file name that is taken while the values are written is not overwritten, and the fence comes down', async () => {
  await deployment(['a']);
  const { trace, done } = at(/AS sf_ops_value\b/, () => writeFile(file, 'precious'));
  await expect(apply(site, drop, { backup: file, session: { trace } })).rejects.toMatchObject({
    exitCode: 7,
    word: 'backup_failed',
  });
  await Promise.all(done);
  expect(await readFile(file, 'utf8')).toBe('precious');
  expect(await readdir(join(file, '..'))).toEqual(['values.ndjson']);
  expect(await values()).toEqual([{ value: 'a' }]);
});

test('no quiet moment for the drop: the fence comes down, and nothing is lost', async () => {
  await deployment(['a']);
  const holder = await createConnection(site.settings);
  const { trace, done } = at(/AS sf_ops_value\b/, async () => {
    await holder.query('START TRANSACTION');
    await holder.query('SELECT COUNT(*) FROM object_metadata');
  });
  const applying = apply(site, drop, { backup: file, session: { trace }, maxWaitSeconds: 1 });
  const freed = sleep(2_000).then(() => holder.query('COMMIT'));
  await expect(applying).rejects.toMatchObject({ exitCode: 7, word: 'no_quiet_moment' });
  await Promise.all([...done, freed]);
  await holder.end();
  expect(await values()).toEqual([{ value: 'a' }]);
});

test('an empty column is backed up too, so that it comes back with its own type', async () => {
  await deployment([null], { lastClusterOperation: 'JSON' });
  const shape = await shapeOf(site);
  expect(await apply(site, drop, { backup: file })).toMatchObject({ backup: { rows: 0 } });
  expect(await restore(site, file)).toMatchObject({ values: { total: 0, exact: true } });
  expect(await shapeOf(site)).toEqual(shape);
});
