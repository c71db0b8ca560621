import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { is } from 'drizzle-orm';
import { MySqlTable, getTableConfig } from 'drizzle-orm/mysql-core';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import { createConnection } from 'mysql2/promise';
import * as schema from '../../src/database/schema.js';
import { MIGRATION_TAGS } from '../../src/migrations/migration-files.js';
import { MIGRATIONS } from '../../src/migrations/registry.js';
import { apply, insertValues } from '../fixtures/migrating.js';
import { schemaStatements } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

/** What Shaken Fist's own newest release makes, taken down by hand; not made from `drizzle/`. */
const SHAKEN_FIST = readFileSync('test/fixtures/shaken-fist-current.txt', 'utf8').trimEnd().split('\n');

let sites: Site[] = [];
afterEach(async () => {
  await Promise.all(sites.map((site) => site.close()));
  sites = [];
});

async function site(...args: Parameters<typeof Site.create>): Promise<Site> {
  const created = await Site.create(...args);
  sites.push(created);
  return created;
}

/** A database that knows of nothing but Drizzle. */
async function madeByDrizzle(): Promise<Site> {
  const empty = await site();
  const names = await empty.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  await empty.query(names.map(({ name }) => `DROP TABLE ${name};`).join(''));
  const client = await createConnection(empty.settings);
  await migrate(drizzle({ client }), { migrationsFolder: 'drizzle' });
  await client.end();
  await empty.query('DROP TABLE __drizzle_migrations');
  return empty;
}

test('the migrations of the program are those of the journal, in its order', () => {
  const { entries } = JSON.parse(readFileSync('drizzle/meta/_journal.json', 'utf8')) as {
    entries: { tag: string }[];
  };
  expect(MIGRATION_TAGS).toEqual(entries.map(({ tag }) => tag));
});

describe('a database made by the migrator of Drizzle', () => {
  test('is what Shaken Fist makes', async () => {
    expect(await shapeOf(await madeByDrizzle())).toEqual(SHAKEN_FIST);
  });

  test('is what sf-ops makes of an old one', async () => {
    const old = await site({ version: 'baseline' });
    await insertValues(old, [null, null]);
    for (const migration of MIGRATIONS) await apply(old, migration);
    expect(await shapeOf(old)).toEqual(SHAKEN_FIST);
  });

  test('is what the builder knows', async () => {
    const made = (await shapeOf(await madeByDrizzle())).filter((line) => !/ (CHECK|version) /.test(line));
    const known = Object.values(schema)
      .filter((table) => is(table, MySqlTable))
      .flatMap(builderShape);
    expect(known.sort()).toEqual(made.map(withoutDetail).sort());
  });
});

test('the old and the new schema differ in the column, the keys and the two versions only', async () => {
  const [old, current] = [await shapeOf(await site({ version: 'baseline' })), await shapeOf(await site())];
  const isTargets = / (KEY|UNIQUE) (operation_uuid|uq_cot_op_target|idx_cot_operation) /;
  expect(old.filter((line) => !current.includes(line)).map(withoutDetail)).toEqual([
    'object_metadata.last_cluster_operation_json text NULL',
    expect.stringMatching(isTargets),
    'cluster_operation_targets version 1',
    'object_metadata version 2',
  ]);
  expect(current.filter((line) => !old.includes(line))).toEqual([
    expect.stringMatching(isTargets),
    expect.stringMatching(isTargets),
    'cluster_operation_targets version 2',
    'object_metadata version 3',
  ]);
});

test.each([
  [{ uuid: 'native' as const }, 'cluster_operations.uuid uuid NOT NULL'],
  [
    { version: 'baseline' as const, lastClusterOperation: 'JSON' as const },
    'object_metadata.last_cluster_operation_json longtext NULL',
  ],
  [{ expiresAt: 'TIMESTAMP' as const }, 'cluster_locks.expires_at timestamp NOT NULL'],
  [{ observational: true }, 'cluster_operation_targets.observational tinyint(1) NOT NULL'],
])('the variant %j is what tests take it for', async (variant, line) => {
  expect((await shapeOf(await site(variant))).map(withoutDetail)).toContain(line);
});

test('labels of a variant come in another order, with one that nobody knows', () => {
  const [table] = schemaStatements({ enumOrder: 'appended', extraLabels: ['FUTURE_OP'] }).filter((one) =>
    one.includes('CREATE TABLE `object_states`'),
  );
  expect(table).toMatch(/enum\('AGENTOPERATION',.*'NAMESPACE_CLAIM',.*'NET_OP',.*'FUTURE_OP'\)/);
});

/** The part of a line of `shapeOf` that a builder knows too. */
function withoutDetail(line: string): string {
  return line.replace(/ (NOT NULL|NULL) .*$/, ' $1');
}

function builderShape(table: MySqlTable): string[] {
  const { name, columns, indexes, primaryKeys } = getTableConfig(table);
  const single = columns.filter(({ primary }) => primary).map((column) => column.name);
  const composite = primaryKeys.map((key) => key.columns.map((column) => column.name));
  const primary = single.length > 0 ? single : composite[0]!;
  return [
    ...columns.map(
      (column) =>
        `${name}.${column.name} ${serverType(column.getSQLType())} ${column.notNull ? 'NOT NULL' : 'NULL'}`,
    ),
    `${name} UNIQUE PRIMARY (${primary.join(',')})`,
    ...indexes.map(({ config }) => {
      const of = config.columns.map((column) => ('name' in column ? column.name : '?'));
      return `${name} ${config.unique ? 'UNIQUE' : 'KEY'} ${config.name} (${of.join(',')})`;
    }),
  ];
}

/** MariaDB's own spelling. */
function serverType(type: string): string {
  const spelled: Record<string, string> = {
    boolean: 'tinyint(1)',
    json: 'longtext',
    int: 'int(11)',
    bigint: 'bigint(20)',
  };
  return spelled[type] ?? type;
}
