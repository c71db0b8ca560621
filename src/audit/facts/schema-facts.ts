import { is, sql } from 'drizzle-orm';
import { getTableConfig, MySqlTable } from 'drizzle-orm/mysql-core';
import { KNOWN_TABLES } from '../doctor/expected-schema.js';
import type { KnownMigration, SchemaFacts, TableFacts } from '../doctor/facts.js';
import { describeTables, keysOf, schemaVersions, type KeyDescription } from '../../database/description.js';
import * as schema from '../../database/schema.js';
import type { Session } from '../../database/session.js';
import { answer } from './answer.js';
import type { TableAccess } from './table-access.js';

/** Every table that sf-ops knows, with its columns and their types in Shaken Fist's newest schema. */
export const EXPECTED_TABLES: SchemaFacts['expected'] = new Map(
  Object.values(schema)
    .filter((table) => is(table, MySqlTable))
    .map((table) => {
      const { name, columns } = getTableConfig(table);
      return [name, new Map(columns.map((column) => [column.name, column.getSQLType()]))];
    }),
);

/** The schema as it is, Shaken Fist's or not. */
export async function readSchemaFacts(
  session: Session,
  access: TableAccess,
  migrations: readonly KnownMigration[],
): Promise<SchemaFacts> {
  const description = await describeTables(session);
  const engines = await readEngines(session);
  const keys = await readKeys(session);
  const tables = new Map<string, TableFacts>();
  for (const [name, { columns }] of description.tables) {
    tables.set(name, { engine: engines.get(name) ?? null, columns, keys: keys.get(name) ?? [] });
  }
  return {
    tables,
    expected: EXPECTED_TABLES,
    missing: access.missing,
    versions: await answer(async () => schemaVersions(session)),
    migrations,
  };
}

async function readEngines(session: Session): Promise<Map<string, string | null>> {
  const rows = await session.rows<{ name: string; engine: string | null }>(sql`
    SELECT table_name AS name, engine FROM information_schema.tables WHERE table_schema = DATABASE()`);
  return new Map(rows.map(({ name, engine }) => [name, engine]));
}

async function readKeys(session: Session): Promise<Map<string, KeyDescription[]>> {
  const keys = new Map<string, KeyDescription[]>();
  for (const table of Object.keys(KNOWN_TABLES)) keys.set(table, await keysOf(session, table));
  return keys;
}
