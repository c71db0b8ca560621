import { sql } from 'drizzle-orm';
import type { AccountPrivileges } from '../../core/account-privileges.js';
import type { Observed } from '../../core/observed.js';
import { isPrivilegeMissing, isServerReadOnly, isTableMissing, serverMessage } from '../server-errors.js';
import type { Session } from '../session.js';

/**
 * What the account may do, as the server itself tells it where it can be asked without doing anything.
 *
 * @param tables those that are asked about
 * @param deletedFrom those of them that are asked about DELETE as well
 */
export async function readAccountPrivileges(
  session: Session,
  tables: Iterable<string>,
  deletedFrom: Iterable<string>,
): Promise<AccountPrivileges> {
  const mayDelete = new Map<string, Observed<boolean>>();
  for (const table of deletedFrom) mayDelete.set(table, await probeDelete(session, table));
  return {
    database: await databaseName(session),
    columns: await readColumnPrivileges(session, new Set(tables)),
    mayDelete,
    grants: await readGrants(session),
  };
}

/** As the server knows it, which may have changed its case. */
async function databaseName(session: Session): Promise<string> {
  const [row] = await session.rows<{ name: string }>(sql`SELECT DATABASE() AS name`);
  return row!.name;
}

/** `information_schema.columns.privileges` is what holds in effect: roles, PUBLIC, wildcards and single columns included. */
async function readColumnPrivileges(
  session: Session,
  tables: ReadonlySet<string>,
): Promise<AccountPrivileges['columns']> {
  const rows = await session.rows<{ table_name: string; column_name: string; privileges: string }>(sql`
    SELECT table_name, column_name, privileges
    FROM information_schema.columns WHERE table_schema = DATABASE()`);
  const columns = new Map<string, Map<string, ReadonlySet<string>>>();
  for (const { table_name: table, column_name: column, privileges } of rows) {
    if (!tables.has(table)) continue;
    if (!columns.has(table)) columns.set(table, new Map());
    columns.get(table)!.set(column, new Set(privileges.split(',')));
  }
  return columns;
}

/** EXPLAIN checks the privilege and deletes nothing. */
async function probeDelete(session: Session, table: string): Promise<Observed<boolean>> {
  try {
    await session.rows(sql`EXPLAIN DELETE FROM ${sql.identifier(table)} WHERE FALSE`);
    return { value: true };
  } catch (error) {
    if (isPrivilegeMissing(error) || isTableMissing(error)) return { value: false };
    if (isServerReadOnly(error)) return { unknown: serverMessage(error) };
    throw error;
  }
}

async function readGrants(session: Session): Promise<string[]> {
  const rows = await session.rows<Record<string, string>>(sql`SHOW GRANTS`);
  return rows.map((row) => Object.values(row)[0]!);
}
