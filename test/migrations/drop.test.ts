import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { ConflictError, RefusedError } from '../../src/core/errors.js';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { migrationStatements } from '../../src/migrations/migration-files.js';
import { COLUMN, Person, apply, insertValues, restore, statusOf } from '../fixtures/migrating.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

let site: Site;
afterEach(async () => site.close());

async function deployment(variant: SchemaVariant = {}): Promise<Site> {
  return (site = await Site.create({ version: 'baseline', ...variant }));
}

/** What Shaken Fist's own step runs. */
const [DROP_BY_SHAKEN_FIST, STAMP_BY_SHAKEN_FIST] = migrationStatements('0001_drop_last_cluster_operation');

describe.each(['TEXT', 'JSON'] as const)('a column of type %s', (lastClusterOperation) => {
  test('is hidden: whoever names it goes on, whoever does not no longer sees it', async () => {
    await deployment({ lastClusterOperation });
    await insertValues(site, ['{"op_type": "net_op"}']);
    const before = await shapeOf(site);
    expect(await apply(site, drop, { phase: 'hide' })).toMatchObject({
      outcome: 'hidden',
      alterations: [{ algorithm: 'INSTANT', attempts: 1 }],
    });
    expect(await site.query('SELECT * FROM object_metadata')).toEqual([
      expect.not.objectContaining({ [COLUMN]: expect.anything() }),
    ]);
    expect(await site.query(`SELECT ${COLUMN} FROM object_metadata`)).toEqual([
      { [COLUMN]: '{"op_type": "net_op"}' },
    ]);
    await site.query(
      "INSERT INTO object_metadata VALUES ('00000009-0000-4000-8000-000000000000', 'NETWORK', '{}')",
    );
    expect(await statusOf(site, drop)).toMatchObject({ state: 'in_progress', currentVersion: 2 });

    expect(await apply(site, drop, { phase: 'hide' })).toMatchObject({
      outcome: 'already_hidden',
      alterations: [],
    });
    expect(await restore(site, null)).toMatchObject({ outcome: 'restored', values: null, version: 2 });
    expect(await shapeOf(site)).toEqual(before);
    expect(await restore(site, null)).toMatchObject({ outcome: 'nothing_to_restore' });
  });

  test('is dropped, the version set, and a second run has nothing to do', async () => {
    await deployment({ lastClusterOperation });
    await insertValues(site, [null]);
    const applied = await apply(site, drop);
    expect(applied).toMatchObject({
      outcome: 'applied',
      stamped: true,
      alterations: [
        { phase: 'hide', algorithm: 'INSTANT', killed_transactions: null },
        { phase: 'fence', algorithm: 'INSTANT', killed_transactions: null },
        { phase: 'drop', algorithm: 'INSTANT', killed_transactions: null },
      ],
    });
    expect(applied.checks.map(({ name, result }) => `${name} ${result}`)).toEqual([
      'column pass',
      'table pass',
      'version pass',
    ]);
    const shape = await shapeOf(site);
    const [stamp] = await site.query('SELECT * FROM schema_versions');
    const person = new Person();
    expect(await apply(site, drop, { person })).toMatchObject({
      outcome: 'already_applied',
      alterations: [],
      stamped: false,
    });
    expect(await apply(site, drop, { phase: 'hide', person })).toMatchObject({ outcome: 'already_applied' });
    expect({
      asked: person.asked,
      shape: await shapeOf(site),
      stamp: (await site.query('SELECT * FROM schema_versions'))[0],
    }).toEqual({ asked: [], shape, stamp });
  });
});

test('version 1 is migrated like version 2, as Shaken Fist does', async () => {
  await deployment({
    extra: ["UPDATE schema_versions SET version = 1 WHERE table_name = 'object_metadata'"],
  });
  expect(await apply(site, drop)).toMatchObject({ outcome: 'applied', stamped: true });
});

test('without a yes nothing is done', async () => {
  await deployment();
  const before = await shapeOf(site);
  const person = new Person(async () => Promise.reject(new RefusedError('no')));
  await expect(apply(site, drop, { person })).rejects.toMatchObject({ exitCode: 9 });
  expect(person.asked).toEqual([
    expect.stringContaining(`drop the column object_metadata.${COLUMN} in ${site.settings.database}`),
  ]);
  expect(await shapeOf(site)).toEqual(before);
});

test('a table that cannot be altered instantly is altered more heavily, after another question', async () => {
  await deployment({ extra: ['ALTER TABLE object_metadata ROW_FORMAT=COMPRESSED'] });
  let questions = 0;
  const refusing = new Person(async () => {
    questions += 1;
    if (questions > 1) throw new RefusedError('no');
  });
  // The answer was no, but the column had been hidden: that is not "nothing was changed".
  await expect(apply(site, drop, { person: refusing })).rejects.toMatchObject({ exitCode: 7 });
  expect(refusing.heard).toContain(
    'warning: The server refuses ALGORITHM=INSTANT, LOCK=NONE for this table.',
  );
  expect(await statusOf(site, drop)).toMatchObject({ state: 'in_progress', currentVersion: 2 });

  const person = new Person();
  expect(await apply(site, drop, { person })).toMatchObject({
    outcome: 'applied',
    alterations: [
      { phase: 'fence', algorithm: 'INSTANT' },
      { phase: 'drop', algorithm: 'INPLACE' },
    ],
  });
  expect(person.asked).toHaveLength(2);
});

describe('Shaken Fist', () => {
  test('has migrated already: recognised', async () => {
    await deployment({ extra: [DROP_BY_SHAKEN_FIST!, STAMP_BY_SHAKEN_FIST!] });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied', currentVersion: 3 });
    expect(await apply(site, drop)).toMatchObject({ outcome: 'already_applied' });
  });

  test('was cut short before it set the version: only that remains', async () => {
    await deployment({ extra: [DROP_BY_SHAKEN_FIST!] });
    expect(await statusOf(site, drop)).toMatchObject({
      state: 'in_progress',
      detail: expect.stringContaining('the version remains'),
    });
    expect(await apply(site, drop)).toMatchObject({ outcome: 'applied', alterations: [], stamped: true });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
  });

  test.each([
    ['before the column is hidden', /MODIFY COLUMN/],
    ['before the column is fenced', /RENAME COLUMN/],
    ['before the column is dropped', /DROP COLUMN/],
    ['before the version is set', /INSERT INTO `schema_versions`/],
  ])('migrates while we do, %s: both are content', async (_, statement) => {
    await deployment();
    const shakenFist = await createConnection({ ...site.settings, multipleStatements: true });
    const migrating: Promise<unknown>[] = [];
    // Sent on another connection at the same moment as ours: either may come first.
    const trace = (sql: string): void => {
      if (migrating.length === 0 && statement.test(sql))
        migrating.push(shakenFist.query(`${DROP_BY_SHAKEN_FIST!}; ${STAMP_BY_SHAKEN_FIST!}`));
    };
    expect(await apply(site, drop, { session: { trace } })).toMatchObject({ outcome: 'applied' });
    expect(migrating).toHaveLength(1);
    await Promise.all(migrating);
    await shakenFist.end();
    expect(await apply(site, drop)).toMatchObject({ outcome: 'already_applied' });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'applied', currentVersion: 3 });
  });

  test('is newer than this program: refused, whatever the table looks like', async () => {
    await deployment({
      version: 'current',
      extra: ["UPDATE schema_versions SET version = 4 WHERE table_name = 'object_metadata'"],
    });
    expect(await statusOf(site, drop)).toMatchObject({ state: 'blocked', currentVersion: 4 });
    await expect(apply(site, drop)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringContaining('up to 3'),
    });
    await expect(restore(site, null)).rejects.toMatchObject({ exitCode: 9 });
  });
});

test.each([
  [
    'the version says that it is gone, but it is there',
    "UPDATE schema_versions SET version = 3 WHERE table_name = 'object_metadata'",
    'restore was cut short',
  ],
  [
    'the ledger has no row for the table',
    "DELETE FROM schema_versions WHERE table_name = 'object_metadata'",
    'no row for object_metadata',
  ],
])('blocked: %s', async (_, statement, reason) => {
  await deployment({ extra: [statement] });
  expect(await statusOf(site, drop)).toMatchObject({
    state: 'blocked',
    detail: expect.stringContaining(reason),
  });
  await expect(apply(site, drop)).rejects.toMatchObject({
    exitCode: 9,
    message: expect.stringContaining(reason),
  });
});

test('no quiet moment in time: a conflict that changed nothing, and that names who is in the way', async () => {
  await deployment();
  await site.query('START TRANSACTION');
  await site.query('SELECT COUNT(*) FROM object_metadata');
  const before = await shapeOf(site);
  await expect(apply(site, drop, { maxWaitSeconds: 0.5 })).rejects.toThrow(ConflictError);
  await expect(apply(site, drop, { maxWaitSeconds: 0 })).rejects.toMatchObject({
    exitCode: 7,
    word: 'no_quiet_moment',
  });
  await site.query('COMMIT');
  expect(await shapeOf(site)).toEqual(before);
  expect(await site.query('SELECT * FROM cluster_locks')).toEqual([]);
});

test('a quiet moment that comes later is taken', async () => {
  await deployment();
  await site.query('START TRANSACTION');
  await site.query('SELECT COUNT(*) FROM object_metadata');
  const person = new Person();
  const applying = apply(site, drop, { person });
  while (!person.heard.some((text) => text.includes('trying again')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  await site.query('COMMIT');
  const { outcome, alterations } = await applying;
  expect(outcome).toBe('applied');
  expect(alterations[0]!.attempts).toBeGreaterThan(1);
});

test('a signal ends the waiting between two statements, and the lease is given up', async () => {
  await deployment();
  await site.query('START TRANSACTION');
  await site.query('SELECT COUNT(*) FROM object_metadata');
  const interruption = new AbortController();
  const person = new Person();
  const applying = apply(site, drop, { person, session: { signal: interruption.signal } });
  while (person.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  interruption.abort('SIGINT');
  await expect(applying).rejects.toMatchObject({ exitCode: 130 });
  await site.query('COMMIT');
  expect(await statusOf(site, drop)).toMatchObject({ state: 'pending' });
  expect(await site.query('SELECT * FROM cluster_locks')).toEqual([]);
});
