import { sql } from 'drizzle-orm';
import type { Session } from '../../database/session.js';

export const TABLE = 'object_metadata';
export const COLUMN = 'last_cluster_operation_json';

/** The column as it is in this database. */
export interface ColumnFacts {
  visible: boolean;
  /** As SQL that makes the same column again, but for its visibility: `text CHARACTER SET … NULL DEFAULT NULL`. */
  definition: string;
  /** The column before it, so that it can be put back in its place; null if it is the first. */
  after: string | null;
  /** NOT NULL without a default: MariaDB cannot hide such a column (4106). */
  mustBeGiven: boolean;
}

interface ColumnRow {
  column_name: string;
  column_type: string;
  charset: string | null;
  collation: string | null;
  nullable: string;
  fallback: string | null;
  extra: string;
  comment: string;
}

/** @returns null where the table has no such column */
export async function readColumn(session: Session): Promise<ColumnFacts | null> {
  const columns = await session.rows<ColumnRow>(sql`
    SELECT column_name AS column_name, column_type AS column_type, character_set_name AS charset,
      collation_name AS collation, is_nullable AS nullable, column_default AS fallback, extra AS extra,
      column_comment AS comment
    FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ${TABLE} ORDER BY ordinal_position`);
  const index = columns.findIndex((row) => row.column_name === COLUMN);
  const row = columns[index];
  if (row === undefined) return null;
  return {
    visible: !/\bINVISIBLE\b/i.test(row.extra),
    definition: definitionOf(row, await isJson(session)),
    after: columns[index - 1]?.column_name ?? null,
    mustBeGiven: row.nullable === 'NO' && row.fallback === null,
  };
}

/** Every column of the table, hidden ones too, in order. */
export async function columnNames(session: Session): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(sql`
    SELECT column_name AS name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ${TABLE} ORDER BY ordinal_position`);
  return rows.map(({ name }) => name);
}

/** MariaDB's JSON is a LONGTEXT with this very check; spelled as a LONGTEXT the server would not alter it instantly (1846). */
async function isJson(session: Session): Promise<boolean> {
  const checks = await columnChecks(session);
  return checks.some(({ level, clause }) => level === 'Column' && clause === `json_valid(\`${COLUMN}\`)`);
}

export interface CheckConstraint {
  name: string;
  level: 'Column' | 'Table';
  clause: string;
}

/** Every CHECK that names the column. */
export async function columnChecks(session: Session): Promise<CheckConstraint[]> {
  return session.rows<CheckConstraint>(sql`
    SELECT constraint_name AS name, level AS level, check_clause AS clause FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND table_name = ${TABLE} AND LOCATE(${`\`${COLUMN}\``}, check_clause) > 0`);
}

function definitionOf(row: ColumnRow, json: boolean): string {
  const type = json
    ? 'JSON'
    : `${row.column_type}${row.charset === null ? '' : ` CHARACTER SET ${row.charset} COLLATE ${row.collation}`}`;
  const fallback = row.fallback === null ? '' : ` DEFAULT ${row.fallback}`;
  const comment =
    row.comment === '' ? '' : ` COMMENT '${row.comment.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return `${type} ${row.nullable === 'YES' ? 'NULL' : 'NOT NULL'}${fallback}${comment}`;
}
