import { sql, type SQL } from 'drizzle-orm';
import type { DatabaseDescription } from './description.js';

/**
 * The value of an undashed or native uuid column in the dashed form of `object_states` and of JSON, for a join that
 * finds the other side by its key.
 *
 * @param column as it is named in the statement: `o.uuid`
 */
export function dashedColumn(
  description: DatabaseDescription,
  table: string,
  name: string,
  column: SQL,
): SQL {
  if (description.column(table, name)?.type === 'uuid') return sql`CAST(${column} AS CHAR(36))`;
  return sql`CONCAT_WS('-', LEFT(${column}, 8), SUBSTR(${column}, 9, 4), SUBSTR(${column}, 13, 4),
    SUBSTR(${column}, 17, 4), SUBSTR(${column}, 21))`;
}

/**
 * Dashed text, such as a uuid inside a JSON column, in the form, character set and collation of a uuid column: compared
 * in another collation, the column's index would not be used.
 */
export function likeColumn(description: DatabaseDescription, table: string, name: string, text: SQL): SQL {
  const column = description.column(table, name);
  if (column?.type === 'uuid') return sql`CAST(${text} AS UUID)`;
  const isUndashed = column?.type.toLowerCase() === 'char(32)';
  const spelled = isUndashed ? sql`REPLACE(LOWER(${text}), '-', '')` : sql`LOWER(${text})`;
  const collation = column?.collation ?? null;
  if (collation === null) return spelled;
  const charset = sql.raw(collation.split('_')[0]!);
  return sql`CONVERT(${spelled} USING ${charset}) COLLATE ${sql.raw(collation)}`;
}
