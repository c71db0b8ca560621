import { eq, sql } from 'drizzle-orm';
import type { Database } from '../database/database.js';
import { schemaVersions } from '../database/schema.js';
import type { Session } from '../database/session.js';
import { migrationStatements, type MigrationTag } from './migration-files.js';

/** The version that Shaken Fist's own ledger gives a table; null if it has no row. Causal on Galera. */
export async function versionOf(session: Session, table: string): Promise<number | null> {
  const [row] = await versionQuery(session, table);
  return row?.version ?? null;
}

function versionQuery({ db }: Session, table: string) {
  const { version, tableName } = schemaVersions;
  return db.select({ version }).from(schemaVersions).where(eq(tableName, table));
}

/** Why a table of this version is none by which the status of the migration to `to` can be told; null if it is. */
export function whyForeignVersion(table: string, found: number | null, to: number): string | null {
  if (found === null)
    return `schema_versions has no row for ${table}: this is not a database that Shaken Fist has set up.`;
  return found > to ? `${table} has version ${found}, and this program knows up to ${to}.` : null;
}

/** The last statement of a migration, which sets the version as Shaken Fist's own step does. */
export function stampStatement(tag: MigrationTag): string {
  return migrationStatements(tag).at(-1)!;
}

export interface Stamp {
  table: string;
  version: number;
  /** The version that the row must still have. */
  from: number | null;
  /** The statement that sets the version. */
  statement: string;
  /** Looked up in the same transaction: the version must not claim what is not so. */
  holds: (session: Session) => Promise<boolean>;
}

/**
 * Sets the version that a migration leads to, unless it is set already.
 *
 * @returns whether this call set it
 */
export async function stampMigration(
  database: Database,
  table: string,
  version: number,
  tag: MigrationTag,
  holds: Stamp['holds'],
): Promise<boolean> {
  const from = await database.read((session) => versionOf(session, table));
  if (from === version) return false;
  return stamp(database, { table, version, from, statement: stampStatement(tag), holds });
}

/**
 * Sets a table's version if the change that it stands for is really there.
 *
 * @returns false if the change is not there, or if somebody else set the version meanwhile; nothing was written then
 */
export async function stamp(
  database: Database,
  { table, version, from, statement, holds }: Stamp,
): Promise<boolean> {
  return database.write({
    subject: `version ${version} of ${table}`,
    work: async (session) => {
      const [row] = await versionQuery(session, table).for('update');
      const found = row?.version ?? null;
      if (found !== from || !(await holds(session))) return false;
      await session.change(sql.raw(statement));
      return true;
    },
    isCommitted: async (session, written) => written && (await versionOf(session, table)) === version,
    inquiry: 'sf-ops migrate status',
  });
}
