import { sql, type SQL } from 'drizzle-orm';
import type { DatabaseDescription } from '../../database/description.js';
import type { Session } from '../../database/session.js';
import { COLUMN, TABLE } from './column.js';

/*
 * Every statement here carries a name that begins with `sf_ops_`, by which the rule `recent-statements` tells our own
 * use of the column from that of other programs.
 */

/** One value of the column and the key of its row. */
export interface StoredValue {
  /** The ENUM's name. */
  object_type: string;
  object_uuid: string;
  value: string;
}

/** Tells whether values are the same as before without keeping them: how many, their bytes, and a checksum. */
export interface Fingerprint {
  values: number;
  bytes: number;
  checksum: number;
}

const table = sql.identifier(TABLE);
const column = sql.identifier(COLUMN);

/** Rows read with one statement; a value has at most 64 kB where the column is TEXT. */
const PAGE = 2_000;

export async function countValues(session: Session): Promise<number> {
  const [row] = await session.rows<{ sf_ops_values: number }>(
    sql`SELECT COUNT(${column}) AS sf_ops_values FROM ${table}`,
  );
  return row!.sf_ops_values;
}

export async function fingerprintOf(session: Session): Promise<Fingerprint> {
  const [row] = await session.rows<{ sf_ops_values: number; bytes: string | number; checksum: number }>(sql`
    SELECT COUNT(*) AS sf_ops_values, COALESCE(SUM(LENGTH(${column})), 0) AS bytes,
      BIT_XOR(CRC32(CONCAT(object_type, '/', object_uuid, '/', ${column}))) AS checksum
    FROM ${table} WHERE ${column} IS NOT NULL`);
  return { values: row!.sf_ops_values, bytes: Number(row!.bytes), checksum: Number(row!.checksum) };
}

export function sameFingerprint(one: Fingerprint, other: Fingerprint): boolean {
  return one.values === other.values && one.bytes === other.bytes && one.checksum === other.checksum;
}

/** All values, page by page along the primary key, in whatever snapshot the session is in. */
export async function* storedValues(
  session: Session,
  description: DatabaseDescription,
): AsyncIterable<StoredValue[]> {
  // By label, because an ENUM sorts by its number and compares by its text; '' is what a lax server stored for garbage.
  for (const label of ['', ...(description.column(TABLE, 'object_type')?.labels ?? [])]) {
    for (let last: string | null = null; ;) {
      const beyond = last === null ? sql`` : sql`AND object_uuid > ${last}`;
      const rows: StoredValue[] = (
        await session.rows<{ object_uuid: string; sf_ops_value: string }>(sql`
          SELECT object_uuid AS object_uuid, ${column} AS sf_ops_value FROM ${table}
          WHERE object_type = ${label} AND ${column} IS NOT NULL ${beyond} ORDER BY object_uuid LIMIT ${PAGE}`)
      ).map((row) => ({ object_type: label, object_uuid: row.object_uuid, value: row.sf_ops_value }));
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) break;
      last = rows.at(-1)!.object_uuid;
    }
  }
}

/**
 * Puts values back where the column is NULL; one that was written since stays, and no row is created.
 *
 * @param values of one object type
 * @param collation of `object_uuid`
 * @returns how many rows got their value back
 */
export async function putBack(
  session: Session,
  values: readonly StoredValue[],
  collation: string,
): Promise<number> {
  return session.change(sql`
    UPDATE ${table} AS sf_ops_restored JOIN ${kept(values, collation)} SET ${column} = kept.value
    WHERE object_type = ${values[0]!.object_type} AND ${column} IS NULL`);
}

/** How many of the rows exist, and how many of those have no value. */
export async function lookAt(
  session: Session,
  values: readonly StoredValue[],
  collation: string,
): Promise<{ rows: number; empty: number }> {
  const [row] = await session.rows<{ sf_ops_rows: number; empty: number }>(sql`
    SELECT COUNT(*) AS sf_ops_rows, COUNT(*) - COUNT(${column}) AS empty FROM ${table} JOIN ${kept(values, collation)}
    WHERE object_type = ${values[0]!.object_type}`);
  return { rows: row!.sf_ops_rows, empty: row!.empty };
}

/**
 * The values as a table to join with: one parameter however many there are, and a look-up by primary key for each.
 * A table made of text has the connection's collation, which does not compare with every other (1267).
 */
function kept(values: readonly StoredValue[], collation: string): SQL {
  const pairs = JSON.stringify(values.map(({ object_uuid: uuid, value }) => [uuid, value]));
  return sql`JSON_TABLE(${pairs}, '$[*]' COLUMNS (uuid VARCHAR(36) PATH '$[0]', value LONGTEXT PATH '$[1]')) AS kept
    ON object_uuid = kept.uuid COLLATE ${sql.identifier(collation)}`;
}
