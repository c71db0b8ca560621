import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
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
  file = join(await mkdtemp(join(runFolder(), 'backup-')), 'values.ndjson');
});
afterEach(async () => site.close());

async function deployment(values: readonly (string | null)[], variant: SchemaVariant = {}): Promise<Site> {
  site = await Site.create({ version: 'baseline', ...variant });
  await insertValues(site, values);
  return site;
}

/** Values byte by byte, whatever any driver would make of them. */
const contents = (of = site): Promise<unknown[]> =>
  of.query(
    `SELECT object_type, object_uuid, metadata_json, HEX(${COLUMN}) AS bytes FROM object_metadata ORDER BY 1, 2`,
  );

const AWKWARD = [
  '',
  ' ',
  'null',
  '{"a": 1}',
  '\u2028 \u2029 \r\n\t\u0000\u001b[31m',
  '\ufeff"\'\\`?:%',
  '😀 ünïcödé \u{10ffff}',
  'x'.repeat(65_000),
  null,
];
const AWKWARD_JSON = [
  'null',
  ' {"b":1,\n "a" : 1.0} ',
  '"\\u0041 😀 \u2028"',
  '[]',
  `"${'x'.repeat(100_000)}"`,
  null,
];

describe('the values that a drop would lose', () => {
  test.each([
    ['TEXT', AWKWARD, {}],
    ['JSON', AWKWARD_JSON, { lastClusterOperation: 'JSON' as const }],
    ['TEXT under utf8mb4_bin', AWKWARD, { collation: 'utf8mb4_bin' }],
    ['TEXT under a collation that does not mix', AWKWARD, { collation: 'utf8mb4_unicode_520_ci' }],
    [
      'TEXT with labels in another order',
      AWKWARD,
      { enumOrder: 'appended' as const, extraLabels: ['FUTURE_OP'] },
    ],
  ])('come back byte by byte, with the column as it was: %s', async (_, values, variant) => {
    await deployment(values, variant);
    const [before, shape] = [await contents(), await shapeOf(site)];
    expect(await apply(site, drop, { backup: file })).toMatchObject({
      outcome: 'applied',
      backup: { rows: values.length - 1 },
    });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
    expect(await restore(site, file)).toMatchObject({
      outcome: 'restored',
      version: 2,
      values: { restored: values.length - 1, kept: 0, missing: 0, exact: true },
    });
    expect(await contents()).toEqual(before);
    expect(await shapeOf(site)).toEqual(shape);
    expect(await restore(site, file)).toMatchObject({
      outcome: 'nothing_to_restore',
      values: { restored: 0, exact: true },
    });
  });

  test('that are together larger than any packet come back', async () => {
    await deployment(
      Array.from({ length: 300 }, (_, index) => `${index} `.padEnd(65_000, 'ü').slice(0, 32_000)),
    );
    const before = await contents();
    await apply(site, drop, { backup: file });
    expect(await restore(site, file)).toMatchObject({ values: { restored: 300, exact: true } });
    expect(await contents()).toEqual(before);
  });

  test('are refused to be lost', async () => {
    await deployment(['x']);
    await expect(apply(site, drop)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringContaining('values-left'),
    });
    expect(await contents()).toHaveLength(1);
  });

  test('a hundred thousand of them', async () => {
    await deployment([]);
    await site.query(`INSERT INTO object_metadata
      SELECT CONCAT(LPAD(HEX(seq), 8, '0'), '-0000-4000-8000-000000000000'), IF(seq % 2, 'NETWORK', 'INSTANCE'), '{}',
        CONCAT('{"op_type": "net_op", "op_uuid": "', seq, '"}') FROM seq_1_to_100000`);
    const fingerprint = `SELECT COUNT(*) AS n, BIT_XOR(CRC32(CONCAT_WS('|', object_type, object_uuid, ${COLUMN}))) AS x FROM object_metadata`;
    const before = await site.query(fingerprint);
    const { alterations } = await apply(site, drop, { backup: file });
    expect(new Set(alterations.map(({ algorithm }) => algorithm))).toEqual(new Set(['INSTANT']));
    expect(await restore(site, file)).toMatchObject({ values: { restored: 100_000, exact: true } });
    expect(await site.query(fingerprint)).toEqual(before);
  }, 300_000);
});

describe('the backup', () => {
  test('is for its owner only, has the checksum of what is in it, and leaves nothing beside it', async () => {
    await deployment(['a', 'b']);
    const { backup } = await apply(site, drop, { backup: file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(file, '..'))).toEqual(['values.ndjson']);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const body = lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join('');
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(JSON.parse(lines.at(-1)!)).toEqual({ rows: 2, sha256 });
    expect(backup).toEqual({ file, rows: 2, sha256 });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      table: 'object_metadata',
      column: COLUMN,
      version: 2,
      database: site.settings.database,
    });
  });

  test('of the same values, left by a run that was cut short, will do', async () => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    await restore(site, file);
    const person = new Person();
    expect(await apply(site, drop, { backup: file, person })).toMatchObject({
      outcome: 'applied',
      backup: { rows: 1 },
    });
    expect(person.heard).toContain(`backup: ${file} already holds these 1 values.`);
  });

  test('of other values is never overwritten', async () => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    await restore(site, file);
    await site.query(`UPDATE object_metadata SET ${COLUMN} = 'changed'`);
    const before = await readFile(file);
    await expect(apply(site, drop, { backup: file })).rejects.toMatchObject({
      exitCode: 9,
      word: 'backup_exists',
    });
    expect(await readFile(file)).toEqual(before);
    expect(await site.query(`SELECT ${COLUMN} FROM object_metadata`)).toEqual([{ [COLUMN]: 'changed' }]);
  });

  test.each([
    ['a byte is different', (text: string) => text.replace('"value":"a"', '"value":"z"'), 'backup_damaged'],
    ['a line is missing', (text: string) => text.replace(/\{"object_type".*\n/, ''), 'backup_damaged'],
    ['its end is missing', (text: string) => text.slice(0, -40), 'backup_damaged'],
    ['it is something else', () => '{"hello": "world"}\n', 'not_a_backup'],
    ['it is empty', () => '', 'backup_damaged'],
  ])('is not believed when %s', async (_, damage, word) => {
    await deployment(['a', 'b']);
    await apply(site, drop, { backup: file });
    await writeFile(file, damage(await readFile(file, 'utf8')));
    await expect(restore(site, file)).rejects.toMatchObject({ exitCode: 9, word });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
  });

  test('that is not there, or is of another table, is refused', async () => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    await expect(restore(site, `${file}.none`)).rejects.toMatchObject({
      exitCode: 9,
      word: 'backup_missing',
    });
  });
});

describe('restore', () => {
  test('keeps what was written since, and creates no row that is gone', async () => {
    await deployment(['a', 'b', 'c']);
    await apply(site, drop, { backup: file });
    await site.query("DELETE FROM object_metadata WHERE object_uuid LIKE '00000001%'");
    await site.query(`ALTER TABLE object_metadata ADD COLUMN ${COLUMN} TEXT NULL`);
    await site.query(`UPDATE object_metadata SET ${COLUMN} = 'newer' WHERE object_uuid LIKE '00000002%'`);
    const person = new Person();
    expect(await restore(site, file, { person })).toMatchObject({
      values: { restored: 1, kept: 1, missing: 1, exact: null },
      version: 2,
    });
    expect(await site.query(`SELECT ${COLUMN} AS value FROM object_metadata ORDER BY object_uuid`)).toEqual([
      { value: 'a' },
      { value: 'newer' },
    ]);
    expect(person.heard).toContain(
      `warning: 1 rows of the backup do not exist any more; their values stay in ${file}.`,
    );
  });

  test('without a file brings the column back empty', async () => {
    await deployment([null]);
    const shape = await shapeOf(site);
    await apply(site, drop);
    const person = new Person();
    expect(await restore(site, null, { person })).toMatchObject({
      outcome: 'restored',
      values: null,
      version: 2,
    });
    expect(person.asked).toEqual([expect.stringContaining('empty, for want of --from')]);
    expect(await shapeOf(site)).toEqual(shape);
  });

  test('that was cut short before the version is told from a stray column, and finished', async () => {
    await deployment(['a']);
    await apply(site, drop, { backup: file });
    await site.query(`ALTER TABLE object_metadata ADD COLUMN ${COLUMN} TEXT NULL AFTER metadata_json`);
    expect(await statusOf(site, drop)).toMatchObject({
      state: 'blocked',
      detail: expect.stringContaining('run it again'),
    });
    expect(await restore(site, file)).toMatchObject({ values: { restored: 1, exact: true }, version: 2 });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'pending' });
  });
});
