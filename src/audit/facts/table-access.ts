import { sql } from 'drizzle-orm';
import { isPrivilegeMissing, isTableMissing } from '../../database/server-errors.js';
import type { Session } from '../../database/session.js';

export interface TableAccess {
  /** The server says that they do not exist. */
  missing: string[];
  /** The server does not let this account look, which it says of tables that do not exist as well. */
  unreadable: string[];
}

/** Tries to read each table. information_schema cannot tell: it shows no table on which the account has no privilege. */
export async function probeTables(session: Session, tables: Iterable<string>): Promise<TableAccess> {
  const access: TableAccess = { missing: [], unreadable: [] };
  for (const table of tables) {
    try {
      await session.rows(sql`SELECT 1 FROM ${sql.identifier(table)} LIMIT 0`);
    } catch (error) {
      if (isTableMissing(error)) access.missing.push(table);
      else if (isPrivilegeMissing(error)) access.unreadable.push(table);
      else throw error;
    }
  }
  return access;
}
