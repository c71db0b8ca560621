import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import type { Session } from '../../database/session.js';
import { TABLE } from './column.js';

/*
 * Every statement here carries a name that begins with `sf_ops_`, by which the rule `recent-statements` tells our own
 * use of the column from that of other programs.
 */

/** One value of the column and the key of its row. */
export interface StoredValue {
  /** The ENUM's name. */
  objectType: string;
  objectUuid: string;
  /** In UTF-8. */
  bytes: Buffer;
}

export interface ValueTotals {
  values: number;
  /** In UTF-8, together. */
  bytes: number;
  /** Bytes of the longest. */
  longest: number;
}

/** What is in memory at a time. A value that alone is larger comes alone. */
export const PAGE_ROWS = 2_000;
export const PAGE_BYTES = 1 << 20;
/** Values of up to so many bytes come with their keys: a page of them is a page's bytes. */
const SHORT = Math.floor(PAGE_BYTES / PAGE_ROWS);

/** The longest that is backed up: as long as any can be that came through a packet of the default size. */
export const LONGEST_VALUE = 16 << 20;

const table = sql.identifier(TABLE);

/** @param column its name, behind a fence or not */
const inUtf8 = (column: string): SQL => sql`CONVERT(${sql.identifier(column)} USING utf8mb4)`;

export async function countValues(session: Session, column: string): Promise<number> {
  const [row] = await session.rows<{ sf_ops_values: number }>(
    sql`SELECT COUNT(${sql.identifier(column)}) AS sf_ops_values FROM ${table}`,
  );
  return row!.sf_ops_values;
}

export async function valueTotals(session: Session, column: string): Promise<ValueTotals> {
  const [row] = await session.rows<Record<'sf_ops_values' | 'bytes' | 'longest', string | number | null>>(sql`
    SELECT COUNT(${sql.identifier(column)}) AS sf_ops_values, SUM(LENGTH(${inUtf8(column)})) AS bytes,
      MAX(LENGTH(${inUtf8(column)})) AS longest FROM ${table}`);
  return {
    values: Number(row!.sf_ops_values),
    bytes: Number(row!.bytes ?? 0),
    longest: Number(row!.longest ?? 0),
  };
}

/**
 * All values, page by page along the primary key. Each page is a question of its own, so that no transaction stays open
 * and a lost connection costs one page: behind a fence no value can come or change between two of them.
 */
export async function* storedValues(database: Database, column: string): AsyncIterable<StoredValue[]> {
  for (const objectType of await objectTypes(database)) {
    for (let last: string | null = null; ;) {
      const rows = await database.read((session) => nextRows(session, column, objectType, last));
      const short = rows.flatMap(({ uuid, sf_ops_value: bytes }) =>
        bytes === null ? [] : [{ objectType, objectUuid: uuid, bytes }],
      );
      if (short.length > 0) yield short;
      const long = rows.filter(({ sf_ops_value: bytes }) => bytes === null);
      for (const group of grouped(long, ({ length }) => length)) {
        const uuids = group.map(({ uuid }) => uuid);
        const values = await database.read((session) => valuesOf(session, column, objectType, uuids));
        if (values.length > 0) yield values;
      }
      if (rows.length < PAGE_ROWS) break;
      last = rows.at(-1)!.uuid;
    }
  }
}

/** SHA-256 of the values of certain rows of one object type, by uuid; a row that is gone, or has no value, is left out. */
export async function digestsOf(
  session: Session,
  column: string,
  objectType: string,
  uuids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.rows<{ uuid: string; sf_ops_digest: string }>(sql`
    SELECT object_uuid AS uuid, SHA2(CAST(${inUtf8(column)} AS BINARY), 256) AS sf_ops_digest FROM ${table}
    WHERE ${rowsWithValues(column, objectType, uuids)}`);
  return new Map(rows.map(({ uuid, sf_ops_digest: digest }) => [uuid, digest]));
}

async function valuesOf(
  session: Session,
  column: string,
  objectType: string,
  uuids: readonly string[],
): Promise<StoredValue[]> {
  const rows = await session.rows<{ uuid: string; sf_ops_value: Buffer }>(sql`
    SELECT object_uuid AS uuid, CAST(${inUtf8(column)} AS BINARY) AS sf_ops_value FROM ${table}
    WHERE ${rowsWithValues(column, objectType, uuids)}`);
  return rows.map(({ uuid, sf_ops_value: bytes }) => ({ objectType, objectUuid: uuid, bytes }));
}

function rowsWithValues(column: string, objectType: string, uuids: readonly string[]): SQL {
  return sql`object_type = ${objectType} AND object_uuid IN ${[...uuids]} AND ${sql.identifier(column)} IS NOT NULL`;
}

/** Splits into groups of at most a page's bytes, in order; one that alone is larger is a group of its own. */
export function* grouped<T>(
  items: Iterable<T>,
  sizeOf: (item: T) => number,
  most = PAGE_BYTES,
): Iterable<T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (group.length > 0 && bytes + sizeOf(item) > most) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(item);
    bytes += sizeOf(item);
  }
  if (group.length > 0) yield group;
}

/** By label, because an ENUM sorts by its number and compares by its text; '' is what a lax server stored for garbage. */
async function objectTypes(database: Database): Promise<string[]> {
  const description = await database.describe();
  return ['', ...(description.column(TABLE, 'object_type')?.labels ?? [])];
}

interface Row {
  uuid: string;
  length: number;
  /** Null for a value that is not short. */
  sf_ops_value: Buffer | null;
}

async function nextRows(
  session: Session,
  column: string,
  objectType: string,
  last: string | null,
): Promise<Row[]> {
  const value = sql.identifier(column);
  const beyond = last === null ? sql`` : sql`AND object_uuid > ${last}`;
  return session.rows<Row>(sql`
    SELECT object_uuid AS uuid, LENGTH(${value}) AS length,
      IF(LENGTH(${value}) <= ${SHORT}, CAST(${inUtf8(column)} AS BINARY), NULL) AS sf_ops_value
    FROM ${table} WHERE object_type = ${objectType} AND ${value} IS NOT NULL ${beyond}
    ORDER BY object_uuid LIMIT ${PAGE_ROWS}`);
}
