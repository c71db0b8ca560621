import { sql } from 'drizzle-orm';
import { DELETED_FROM } from '../doctor/account-rules.js';
import type { AccountFacts } from '../doctor/facts.js';
import type { Observed } from '../../core/observed.js';
import {
  isPrivilegeMissing,
  isServerReadOnly,
  isTableMissing,
  serverMessage,
} from '../../database/server-errors.js';
import type { Session } from '../../database/session.js';
import type { TableAccess } from './table-access.js';

/** What the account may do, as the server itself judges it where that can be asked without doing anything. */
export async function readAccountFacts(
  session: Session,
  tables: Iterable<string>,
  access: TableAccess,
): Promise<AccountFacts> {
  const [own] = await session.rows<{ account: string; name: string }>(
    sql`SELECT CURRENT_USER() AS account, DATABASE() AS name`,
  );
  const mayDelete = new Map<string, Observed<boolean>>();
  for (const table of DELETED_FROM) mayDelete.set(table, await probeDelete(session, table));
  return {
    name: own!.account,
    database: own!.name,
    unreadable: access.unreadable,
    columns: await readColumnPrivileges(session, new Set(tables)),
    mayDelete,
    grants: await readGrants(session),
  };
}

/** `information_schema.columns.privileges` is what holds in effect: roles, PUBLIC, wildcards and single columns included. */
async function readColumnPrivileges(
  session: Session,
  tables: ReadonlySet<string>,
): Promise<AccountFacts['columns']> {
  const rows = await session.rows<{ table_name: string; name: string; privileges: string }>(sql`
    SELECT table_name AS table_name, column_name AS name, privileges AS privileges
    FROM information_schema.columns WHERE table_schema = DATABASE()`);
  const columns = new Map<string, Map<string, ReadonlySet<string>>>();
  for (const { table_name: table, name, privileges } of rows) {
    if (!tables.has(table)) continue;
    if (!columns.has(table)) columns.set(table, new Map());
    columns.get(table)!.set(name, new Set(privileges.split(',')));
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
