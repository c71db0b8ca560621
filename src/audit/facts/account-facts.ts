import { sql } from 'drizzle-orm';
import { DELETED_FROM } from '../doctor/account-rules.js';
import type { AccountFacts } from '../doctor/facts.js';
import { readAccountPrivileges } from '../../database/queries/account-privileges.js';
import type { Session } from '../../database/session.js';
import type { TableAccess } from './table-access.js';

/** Who the account is, what it may read, and what it may do. */
export async function readAccountFacts(
  session: Session,
  tables: Iterable<string>,
  { unreadable }: TableAccess,
): Promise<AccountFacts> {
  const [own] = await session.rows<{ account: string }>(sql`SELECT CURRENT_USER() AS account`);
  const privileges = await readAccountPrivileges(session, tables, DELETED_FROM);
  return { ...privileges, name: own!.account, unreadable };
}
