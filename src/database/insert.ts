import { sql, type SQL } from 'drizzle-orm';
import { bytesOf, type Row, type RowValue } from '../core/operations/operation-rows.js';

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

/** Rows as one value of a statement: what stands behind VALUES. */
export class RowList {
  constructor(
    readonly columns: readonly string[],
    readonly rows: readonly Row[],
  ) {}

  /** For the driver's own formatting. */
  toArrays(): RowValue[][] {
    return this.rows.map((row) => this.columns.map((column) => row[column]!));
  }
}

/** A statement with a `?` for each of its values, put together as text: building many rows of `SQL` takes longer than to write them. */
export interface BoundStatement {
  readonly text: string;
  readonly values: readonly (RowValue | RowList)[];
  /** What it takes on its way to the server, at most. */
  readonly bytes: number;
}

/**
 * INSERTs for any number of rows that name the same columns: as few as there can be without one that takes more than
 * about `mostBytes`.
 *
 * @param suffix follows the rows: `ON DUPLICATE KEY UPDATE …`
 */
export function insertRows(
  table: string,
  rows: readonly Row[],
  { mostBytes = Infinity, suffix = '' }: { mostBytes?: number; suffix?: string } = {},
): BoundStatement[] {
  const [first] = rows;
  if (first === undefined) return [];
  const columns = Object.keys(first);
  const names = columns.map((column) => `\`${column}\``).join(', ');
  return portions(rows, bytesOf, mostBytes).map((portion) => ({
    text: `INSERT INTO \`${table}\` (${names}) VALUES ?${suffix === '' ? '' : ` ${suffix}`}`,
    values: [new RowList(columns, portion)],
    bytes: portion.reduce((sum, row) => sum + bytesOf(row), names.length + suffix.length + 100),
  }));
}

/** Cuts a list into as few pieces as there can be without one that is larger than `mostBytes`, unless a single item is. */
export function portions<T>(items: readonly T[], size: (item: T) => number, mostBytes: number): T[][] {
  const all: T[][] = [[]];
  let sum = 0;
  for (const item of items) {
    const bytes = mostBytes === Infinity ? 0 : size(item);
    if (all.at(-1)!.length > 0 && sum + bytes > mostBytes) {
      all.push([]);
      sum = 0;
    }
    all.at(-1)!.push(item);
    sum += bytes;
  }
  return all;
}
