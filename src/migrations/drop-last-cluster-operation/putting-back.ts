import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import { globalVariables } from '../../database/server-variables.js';
import type { Session } from '../../database/session.js';
import { COLUMN, TABLE } from './column.js';
import { grouped, type StoredValue } from './values.js';

const table = sql.identifier(TABLE);
const column = sql.identifier(COLUMN);

/** Of a packet, for the rest of the statement and for the protocol. */
const RESERVE_BYTES = 4096;
/** What one statement carries at most, however large the server's packets may be. */
const LARGEST_STATEMENT = 2 << 20;

/** How values are sent to one server, as its settings and the table's demand. */
export interface Sending {
  /** Bytes of a statement's parameters. */
  budget: number;
  /** `max_allowed_packet`: no value that is longer can be put together. */
  packet: number;
  /** Of `object_uuid`. */
  collation: string;
  /**
   * What goes before an UPDATE. Where `innodb_snapshot_isolation` is on (from 11.6.2), one that meets a row that somebody
   * has just changed fails with 1020; ours tests its own condition on the newest row, so it need not.
   */
  prefix: SQL;
}

export async function sendingTo(database: Database): Promise<Sending> {
  const collation = (await database.describe()).column(TABLE, 'object_uuid')!.collation!;
  return database.read(async (session) => {
    const [row] = await session.rows<{ packet: number }>(sql`SELECT @@max_allowed_packet AS packet`);
    const knowsSnapshots = (await globalVariables(session, ['innodb_snapshot_isolation'])).size > 0;
    const packet = Number(row!.packet);
    return {
      packet,
      budget: Math.min(LARGEST_STATEMENT, packet - RESERVE_BYTES),
      collation,
      prefix: knowsSnapshots ? sql`SET STATEMENT innodb_snapshot_isolation = 0 FOR ` : sql``,
    };
  });
}

/**
 * Puts values back where the column is NULL; one that was written since stays, and no row is created. The values go over
 * the wire in hexadecimal: of one length, whatever they hold.
 *
 * @param values of one object type
 * @returns how many rows got their value back
 */
export async function putBack(
  session: Session,
  values: readonly StoredValue[],
  sending: Sending,
): Promise<number> {
  const long = values.filter((value) => sizeOf(value) > sending.budget);
  const short = values.filter((value) => sizeOf(value) <= sending.budget);
  let restored = 0;
  for (const group of grouped(short, sizeOf, sending.budget)) {
    restored += await session.change(sql`${sending.prefix}
      UPDATE ${table} AS sf_ops_restored JOIN ${together(group, sending.collation)}
      SET ${column} = CONVERT(UNHEX(kept.value) USING utf8mb4)
      WHERE object_type = ${values[0]!.objectType} AND ${column} IS NULL`);
  }
  for (const value of long) restored += await putBackInPieces(session, value, sending);
  return restored;
}

/** How many of the rows exist, and how many of those have no value. */
export async function lookAt(
  session: Session,
  values: readonly StoredValue[],
): Promise<{ rows: number; empty: number }> {
  const [row] = await session.rows<{ sf_ops_rows: number; empty: number }>(sql`
    SELECT COUNT(*) AS sf_ops_rows, COUNT(*) - COUNT(${column}) AS empty FROM ${table}
    WHERE object_type = ${values[0]!.objectType} AND object_uuid IN ${values.map(({ objectUuid }) => objectUuid)}`);
  return { rows: row!.sf_ops_rows, empty: row!.empty };
}

/** A value that no packet can carry whole is put together in the session; the column takes it at once, as its CHECK demands. */
async function putBackInPieces(session: Session, value: StoredValue, sending: Sending): Promise<number> {
  const { objectType, objectUuid, bytes } = value;
  const piece = Math.floor(sending.budget / 2);
  await session.db.execute(sql`SET @sf_ops_value = X''`);
  for (let start = 0; start < bytes.length; start += piece) {
    await session.db.execute(
      sql`SET @sf_ops_value = CONCAT(@sf_ops_value, ${bytes.subarray(start, start + piece)})`,
    );
  }
  const restored = await session.change(sql`${sending.prefix}
    UPDATE ${table} SET ${column} = CONVERT(@sf_ops_value USING utf8mb4)
    WHERE object_type = ${objectType} AND object_uuid = ${objectUuid} AND ${column} IS NULL`);
  await session.db.execute(sql`SET @sf_ops_value = NULL`);
  return restored;
}

/**
 * The values as a table to join with: one parameter however many there are, and a look-up by primary key for each.
 * A table made of text has the connection's collation, which does not compare with every other (1267).
 */
function together(values: readonly StoredValue[], collation: string): SQL {
  return sql`JSON_TABLE(${`[${values.map(pairOf).join(',')}]`}, '$[*]'
    COLUMNS (uuid VARCHAR(288) PATH '$[0]', value LONGTEXT PATH '$[1]')) AS kept
    ON object_uuid = CONVERT(UNHEX(kept.uuid) USING utf8mb4) COLLATE ${sql.identifier(collation)}`;
}

function pairOf({ objectUuid, bytes }: StoredValue): string {
  return JSON.stringify([Buffer.from(objectUuid).toString('hex'), bytes.toString('hex')]);
}

/** Of a value in a statement: hexadecimal, its quotes escaped, and what joins it to the next. */
function sizeOf({ objectUuid, bytes }: StoredValue): number {
  return 2 * (Buffer.byteLength(objectUuid) + bytes.length) + 16;
}
