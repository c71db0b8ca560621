import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Session } from '../../database/session.js';
import { asWritten, shapeOf, type ColumnShape } from './shape.js';

export const TABLE = 'object_metadata';
export const COLUMN = 'last_cluster_operation_json';

/**
 * A column that was renamed to a name that begins so is fenced: nobody else knows its name, so nobody can write to it,
 * and a value that was backed up from it is still the same when it is dropped.
 */
export const FENCE = 'sf_ops_fenced_';

/**
 * A new name in every run. Of two runs neither can drop what the other has fenced, not even with a statement that was
 * held up on its way and arrives long after.
 */
export function newFencedName(): string {
  return FENCE + randomBytes(4).toString('hex');
}

/** Whether a column of the table is this one, fenced or not. */
export function isColumn(name: string): boolean {
  return name === COLUMN || name.startsWith(FENCE);
}

/** The column as it is in this database. */
export interface ColumnFacts {
  /** `last_cluster_operation_json`, or the name behind which it is fenced. */
  name: string;
  isFenced: boolean;
  visible: boolean;
  /** As SQL that makes the same column again, but for its visibility: `text CHARACTER SET … NULL DEFAULT NULL`. */
  definition: string;
  /** Null where a backup could not say how to make the column again: Shaken Fist never makes such a column. */
  shape: ColumnShape | null;
  /** The column before it, so that it can be put back in its place; null if it is the first. */
  after: string | null;
  /** NOT NULL without a default: MariaDB cannot hide such a column (4106). */
  mustBeGiven: boolean;
}

/** As information_schema has it. */
export interface ColumnRow {
  column_name: string;
  column_type: string;
  charset: string | null;
  collation: string | null;
  nullable: string;
  fallback: string | null;
  extra: string;
  comment: string;
}

/** The table's columns, as far as the migration is concerned. */
export interface TableColumns {
  /** Every column of the table, hidden ones too, in order. */
  names: string[];
  /** Under its own name. */
  own: ColumnFacts | null;
  /** Behind a fence. More than one only where somebody made a column by hand. */
  fenced: ColumnFacts[];
}

export async function readColumns(session: Session): Promise<TableColumns> {
  const rows = await session.rows<ColumnRow>(sql`
    SELECT column_name, column_type, character_set_name AS charset,
      collation_name AS collation, is_nullable AS nullable, column_default AS fallback, extra,
      column_comment AS comment
    FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ${TABLE} ORDER BY ordinal_position`);
  const checks = await columnChecks(session);
  const facts = (row: ColumnRow, index: number): ColumnFacts => {
    // MariaDB's JSON is a LONGTEXT with this very check; spelled as a LONGTEXT the server would not alter it instantly (1846).
    const isJson = checks.some(
      ({ level, clause }) => level === 'Column' && clause === `json_valid(\`${row.column_name}\`)`,
    );
    return {
      name: row.column_name,
      isFenced: row.column_name !== COLUMN,
      visible: !/\bINVISIBLE\b/i.test(row.extra),
      definition: asWritten(row, isJson),
      shape: shapeOf(row, isJson),
      after: rows[index - 1]?.column_name ?? null,
      mustBeGiven: row.nullable === 'NO' && row.fallback === null,
    };
  };
  const found = rows.map((row, index) => ({ row, index }));
  return {
    names: rows.map(({ column_name: name }) => name),
    own:
      found.filter(({ row }) => row.column_name === COLUMN).map(({ row, index }) => facts(row, index))[0] ??
      null,
    fenced: found
      .filter(({ row }) => row.column_name.startsWith(FENCE))
      .map(({ row, index }) => facts(row, index)),
  };
}

/** The column, fenced or not; null where the table has it no more. */
export async function readColumn(session: Session): Promise<ColumnFacts | null> {
  const { own, fenced } = await readColumns(session);
  return own ?? fenced[0] ?? null;
}

export interface CheckConstraint {
  name: string;
  level: 'Column' | 'Table';
  clause: string;
}

/** Every CHECK that names the column, under either name. */
export async function columnChecks(session: Session): Promise<CheckConstraint[]> {
  return session.rows<CheckConstraint>(sql`
    SELECT constraint_name AS name, level, check_clause AS clause FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND table_name = ${TABLE}
      AND (LOCATE(${`\`${COLUMN}\``}, check_clause) > 0 OR LOCATE(${`\`${FENCE}`}, check_clause) > 0)`);
}
