import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { connectionFlags, startCli } from '../cli/run.js';
import { forgeBackup } from '../fixtures/backup-file.js';
import { COLUMN, Person, apply, insertValues, restore, statusOf } from '../fixtures/migrating.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator, startTestServer, type TestServer } from '../servers/mariadb.js';
import { nextReleaseServer } from '../servers/next-release.js';
import { runFolder } from '../servers/run-folder.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(120_000);

let site: Site;
let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(runFolder(), 'restore-')), 'values.ndjson');
});
afterEach(async () => site.close());

async function deployment(
  values: readonly (string | null)[],
  variant: SchemaVariant = {},
  server?: TestServer,
): Promise<Site> {
  site = await Site.create({ version: 'baseline', ...variant }, server);
  await insertValues(site, values);
  return site;
}

/** Digests of the values byte by byte. */
const digests = (): Promise<unknown[]> =>
  site.query(
    `SELECT object_uuid, SHA2(${COLUMN}, 256) AS digest, LENGTH(${COLUMN}) AS length FROM object_metadata ORDER BY 1`,
  );

async function thereAndBack(expected: number): Promise<void> {
  const before = await digests();
  await apply(site, drop, { backup: file });
  expect(await restore(site, file)).toMatchObject({ values: { restored: expected, exact: true } });
  expect(await digests()).toEqual(before);
}

describe('on a server whose packets are small', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ extraArguments: ['--max-allowed-packet=1M'] });
  });
  afterAll(async () => server.stop());

  test('thousands of values full of quotes come back', async () => {
    await deployment([], { lastClusterOperation: 'JSON' }, server);
    await site.query(`INSERT INTO object_metadata
      SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-0000-4000-8000-000000000000'), 'NETWORK', '{}',
        CONCAT('[', REPEAT('"\\\\\\"\\\\\\\\",', 110), seq, ']') FROM seq_1_to_4000`);
    await thereAndBack(4_000);
  });

  test.each([
    ['of nothing but quotes', (length: number) => `"${'\\"'.repeat(length / 2 - 1)}"`],
    ['of controls', (length: number) => JSON.stringify('\u0001'.repeat(length / 6 - 2))],
    ['of wide characters', (length: number) => JSON.stringify('😀'.repeat(length / 4 - 8))],
  ])('one that fills the packet comes back: %s', async (_, make) => {
    const value = make((1 << 20) - 400);
    await deployment([], { lastClusterOperation: 'JSON' }, server);
    // As it can have come in: in a statement that holds no more than this value, and nothing that has to be escaped.
    await site.query(
      "INSERT INTO object_metadata VALUES ('00000001-0000-4000-8000-000000000000', 'NETWORK', '{}', '[]')",
    );
    const half = Math.floor(value.length / 4) * 2;
    await site.query('SET @v = ?', [value.slice(0, half / 2)]);
    for (let start = half / 2; start < value.length; start += half / 2)
      await site.query('SET @v = CONCAT(@v, ?)', [value.slice(start, start + half / 2)]);
    await site.query(`UPDATE object_metadata SET ${COLUMN} = @v`);
    await thereAndBack(1);
  });

  test('a value from before the packets became so small is refused before anything is changed', async () => {
    const wide = await startTestServer({ extraArguments: ['--max-allowed-packet=4M'] });
    await deployment(
      ['x'.repeat(2 << 20)],
      { extra: [`ALTER TABLE object_metadata MODIFY ${COLUMN} LONGTEXT`] },
      wide,
    );
    const administrator = await connectAsAdministrator(wide);
    await administrator.query('SET GLOBAL max_allowed_packet = 1 << 20');
    await administrator.end();
    const shape = await shapeOf(site);
    await expect(apply(site, drop, { backup: file })).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringContaining('values-restorable: The longest value has 2097152 bytes'),
    });
    expect(await shapeOf(site)).toEqual(shape);
    await wide.stop();
  });
});

test('a column that a backup cannot describe is refused before anything is changed', async () => {
  await deployment(['a'], {
    extra: [`ALTER TABLE object_metadata MODIFY ${COLUMN} VARCHAR(700) DEFAULT 'x'`],
  });
  const shape = await shapeOf(site);
  await expect(apply(site, drop, { backup: file })).rejects.toMatchObject({
    exitCode: 9,
    message: expect.stringContaining('values-restorable'),
  });
  expect(await shapeOf(site)).toEqual(shape);
});

test('memory does not grow with the table, nor with its longest value', async () => {
  await deployment([], { lastClusterOperation: 'JSON' });
  await site.query(`INSERT INTO object_metadata
    SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-0000-4000-8000-000000000000'), 'NETWORK', '{}',
      CONCAT('"', REPEAT('x', 65000), '"') FROM seq_1_to_1200`);
  await insertValues(site, [`"${randomBytes(7_500_000).toString('hex')}"`]);
  const peak = async (...args: string[]): Promise<number> => {
    const child = await startCli([...connectionFlags(site.settings), '--yes', 'migrate', ...args]);
    let most = 0;
    const look = setInterval(() => {
      void readFile(`/proc/${child.pid}/status`, 'utf8').then(
        (status) => (most = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? most)),
        () => undefined,
      );
    }, 5);
    const exitCode = await new Promise((resolve) => child.once('exit', resolve));
    clearInterval(look);
    expect(exitCode).toBe(0);
    return most / 1024;
  };
  // Garbage that was not collected yet counts: 155 to 205 MB were seen.
  expect(await peak('apply', 'drop-last-cluster-operation', '--backup', file)).toBeLessThan(256);
  expect(await peak('restore', '--from', file)).toBeLessThan(256);
});

describe('what a file says is data', () => {
  interface Header {
    shape: Record<string, unknown>;
    [name: string]: unknown;
  }
  const forged: [string, (header: Header) => void][] = [
    ['a place that is SQL', (header) => (header.after = 'metadata_json`, DROP COLUMN `metadata_json')],
    ['a place that is not there', (header) => (header.after = 'nowhere')],
    ['a type that is SQL', (header) => (header.shape.type = 'text, DROP COLUMN metadata_json')],
    [
      'a collation that is SQL',
      (header) => (header.shape.collation = 'utf8mb4_bin, DROP COLUMN metadata_json'),
    ],
    ['a collation that nobody has', (header) => (header.shape.collation = 'utf8mb4_klingon_ci')],
    ['a collation of another character set', (header) => (header.shape.charset = 'latin1')],
    ['a comment that is endless', (header) => (header.shape.comment = 'x'.repeat(2_000))],
    ['another database', (header) => (header.database = 'other')],
    ['another table', (header) => (header.table = 'networks')],
    ['another column', (header) => (header.column = 'metadata_json')],
    ['a version that is absurd', (header) => (header.version = 99)],
    ['a version that is none', (header) => (header.version = 1.5)],
    ['another format', (header) => (header.format_version = 3)],
  ];
  test.each(forged)('%s is refused, and nothing is changed', async (_, forge) => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    const shape = await shapeOf(site);
    await forgeBackup(file, ([header, ...lines]) => {
      const read = JSON.parse(header!) as Header;
      forge(read);
      return [JSON.stringify(read), ...lines];
    });
    await expect(restore(site, file)).rejects.toMatchObject({ exitCode: 9, word: 'not_a_backup' });
    expect(await shapeOf(site)).toEqual(shape);
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
  });

  test('a comment is a comment', async () => {
    const comment = "it's `\\\\` ', DROP COLUMN metadata_json -- ";
    await deployment(['a'], {
      extra: [`ALTER TABLE object_metadata MODIFY ${COLUMN} TEXT COMMENT '${comment.replaceAll("'", "''")}'`],
    });
    const shape = await shapeOf(site);
    const comments = (): Promise<unknown[]> =>
      site.query(
        'SELECT column_name, column_comment FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2',
      );
    const before = await comments();
    await apply(site, drop, { backup: file });
    await restore(site, file);
    expect(await shapeOf(site)).toEqual(shape);
    expect(await comments()).toEqual(before);
  });

  test('a line without an end is refused without reading it all', async () => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    await forgeBackup(file, ([header, line]) => [header!, line!.replace('"a"', `"${'a'.repeat(3 << 20)}"`)]);
    await expect(restore(site, file)).rejects.toMatchObject({ exitCode: 9, word: 'not_a_backup' });
  });

  test.each(['/dev/zero', '/dev/stdin'])('%s is no backup', async (path) => {
    await deployment(['a']);
    await expect(restore(site, path)).rejects.toMatchObject({ exitCode: 9, word: 'backup_unreadable' });
  });
});

test('a value that the column no longer takes is told after the column has been added, truthfully', async () => {
  await deployment(['{}'], { lastClusterOperation: 'JSON' });
  await apply(site, drop, { backup: file });
  await forgeBackup(file, ([header, line]) => [header!, line!.replace('"value":"{}"', '"value":"no json"')]);
  const person = new Person();
  await expect(restore(site, file, { person })).rejects.toMatchObject({
    exitCode: 7,
    message: expect.stringContaining('Done before: restore.'),
  });
});

describe('under writers, with snapshot isolation', () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    const next = await nextReleaseServer();
    if ('installation' in next) server = await startTestServer({ installation: next.installation });
  }, 120_000);
  afterAll(async () => server?.stop());

  test('every batch is written once', async () => {
    if (server === null) {
      site = await Site.create();
      return;
    }
    await deployment([], {}, server);
    await site.query(`INSERT INTO object_metadata
      SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-0000-4000-8000-000000000000'), 'NETWORK', '{}', CONCAT('value ', seq)
      FROM seq_1_to_4000`);
    const before = await digests();
    await apply(site, drop, { backup: file });
    let isOver = false;
    let writes = 0;
    const writers = Array.from({ length: 4 }, async () => {
      const writer = await createConnection(site.settings);
      while (!isOver) {
        await writer
          .query(
            "UPDATE object_metadata SET metadata_json = CONCAT('{\"a\": ', RAND(), '}') ORDER BY RAND() LIMIT 3",
          )
          .then(() => (writes += 1))
          .catch((error: { errno: number }) => expect([1020, 1213, 1205]).toContain(error.errno));
      }
      await writer.end();
    });
    let updates = 0;
    const trace = (sql: string): void => void (updates += /UPDATE .*sf_ops_restored/s.test(sql) ? 1 : 0);
    expect(await restore(site, file, { session: { trace } })).toMatchObject({ values: { restored: 4_000 } });
    isOver = true;
    await Promise.all(writers);
    expect(writes).toBeGreaterThan(10);
    expect(updates).toBeLessThan(6);
    expect(await digests()).toEqual(before);
  });
});
