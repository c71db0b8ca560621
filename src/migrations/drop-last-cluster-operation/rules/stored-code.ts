import type { SQL } from 'drizzle-orm';
import { COLUMN } from '../column.js';
import { codeVerdicts, type StoredCode } from '../../preflight/verdicts/stored-code.js';
import type { PreflightContext, Verdict } from '../../preflight/rule.js';

/**
 * Looks for the column's name in code that the server keeps, in Shaken Fist's database and in others that name it.
 *
 * @param kind what the code is, for sentences: `view`
 * @param query gives `database`, `name` and `definition` of what this account can see
 * @param hidden why some may not be seen at all, or null if all are
 */
export async function codeThatNamesTheColumn(
  { servers }: PreflightContext,
  kind: string,
  query: SQL,
  hidden: string | null,
): Promise<Verdict[]> {
  const own = servers.database.settings.database;
  const found = await servers.database.read((session) => session.rows<StoredCode>(query));
  return codeVerdicts(kind, COLUMN, own, found, hidden);
}
