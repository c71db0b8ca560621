import { sql, type SQL } from 'drizzle-orm';
import type { Row } from '../core/operations/operation-rows.js';

/**
 * One INSERT for any number of rows that name the same columns.
 *
 * The builder's own INSERT knows the columns of `schema.ts` only; a database may have one more that must be written.
 */
export function insertInto(table: string, rows: readonly Row[]): SQL {
  const columns = Object.keys(rows[0]!);
  const names = sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );
  const tuples = rows.map(
    (row) =>
      sql`(${sql.join(
        columns.map((column) => sql`${row[column]}`),
        sql`, `,
      )})`,
  );
  return sql`INSERT INTO ${sql.identifier(table)} (${names}) VALUES ${sql.join(tuples, sql`, `)}`;
}
