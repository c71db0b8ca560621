import { sql } from 'drizzle-orm';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** The tables whose objects belong to a namespace, each with an index on it. */
const TABLES = ['networks', 'instances'];

/** Whether any object, deleted or not, belongs to the namespace. One statement, at most one row of each table. */
export async function isNamespaceInUse(
  session: Session,
  description: DatabaseDescription,
  namespace: string,
): Promise<boolean> {
  const present = TABLES.filter((table) => description.column(table, 'namespace') !== null);
  if (present.length === 0) return false;
  const looks = present.map(
    (table) => sql`(SELECT 1 FROM ${sql.identifier(table)} WHERE namespace = ${namespace} LIMIT 1)`,
  );
  return (await session.rows(sql.join(looks, sql` UNION ALL `))).length > 0;
}
