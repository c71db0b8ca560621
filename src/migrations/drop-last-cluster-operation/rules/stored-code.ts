import type { SQL } from 'drizzle-orm';
import { COLUMN } from '../column.js';
import { failure, unknown, type Verdict, type PreflightContext } from '../../preflight/rule.js';

interface StoredCode {
  database: string;
  name: string;
  /** NULL or empty where the account may know that it exists but not what it says. */
  definition: string | null;
}

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
  const findings = found.flatMap(({ database, name, definition }): Verdict[] => {
    const called = `The ${kind} ${database}.${name}`;
    if (definition === null || definition === '') {
      if (database !== own) return [];
      return [unknown(`${called} exists, but this account may not read its definition.`)];
    }
    // Code in another database has to name ours to reach the table.
    const isAbout = database === own || definition.includes(own);
    return isAbout && definition.toLowerCase().includes(COLUMN) ? [failure(`${called} names it.`)] : [];
  });
  return hidden === null ? findings : [...findings, unknown(hidden)];
}
