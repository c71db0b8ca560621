import type { ColumnRow } from './column.js';

/** What Shaken Fist's releases have made the column, and MariaDB may have widened it to. */
const TYPES = ['json', 'tinytext', 'text', 'mediumtext', 'longtext'] as const;

/**
 * The column as a backup describes it: nothing that could not be in any deployment's column. A nullable column without
 * a default, as every release of Shaken Fist makes it.
 */
export interface ColumnShape {
  type: (typeof TYPES)[number];
  /** Null for JSON, whose character set is MariaDB's own choice. */
  charset: string | null;
  collation: string | null;
  comment: string;
}

/** As Shaken Fist's releases before version 3 make it; the table's own collation. */
export const DEFAULT_SHAPE: ColumnShape = { type: 'text', charset: null, collation: null, comment: '' };

const NAME = /^[a-z0-9_]{1,64}$/;
/** MariaDB's limit for a column's comment. */
const LONGEST_COMMENT = 1024;

/** Null for a column that a backup cannot describe. */
export function shapeOf(row: ColumnRow, isJson: boolean): ColumnShape | null {
  const type = isJson ? 'json' : row.column_type.toLowerCase();
  const hasDefault = row.fallback !== null && row.fallback.toUpperCase() !== 'NULL';
  const isPlain = /^(INVISIBLE)?$/i.test(row.extra.trim());
  if (row.nullable !== 'YES' || hasDefault || !isPlain) return null;
  return readShape({
    type,
    charset: isJson ? null : row.charset,
    collation: isJson ? null : row.collation,
    comment: row.comment,
  });
}

/** A shape out of a file: data, and believed only as far as it is one that a column can have. */
export function readShape(given: unknown): ColumnShape | null {
  if (typeof given !== 'object' || given === null) return null;
  const { type, charset, collation, comment } = given as Partial<Record<keyof ColumnShape, unknown>>;
  const known = TYPES.find((one) => one === type);
  if (known === undefined || typeof comment !== 'string' || [...comment].length > LONGEST_COMMENT)
    return null;
  if (charset === null && collation === null) return { type: known, charset: null, collation: null, comment };
  if (known === 'json' || typeof charset !== 'string' || typeof collation !== 'string') return null;
  const isPair = NAME.test(charset) && NAME.test(collation);
  return isPair ? { type: known, charset, collation, comment } : null;
}

/** As SQL that makes such a column: `text CHARACTER SET … NULL DEFAULT NULL`. */
export function definitionOf({ type, charset, collation, comment }: ColumnShape): string {
  const text = charset === null ? '' : ` CHARACTER SET ${charset} COLLATE ${collation}`;
  return `${type.toUpperCase()}${text} NULL DEFAULT NULL${commentClause(comment)}`;
}

/** As SQL that makes this very column again, whatever it is. */
export function asWritten(row: ColumnRow, isJson: boolean): string {
  const type = isJson
    ? 'JSON'
    : `${row.column_type}${row.charset === null ? '' : ` CHARACTER SET ${row.charset} COLLATE ${row.collation}`}`;
  const fallback = row.fallback === null ? '' : ` DEFAULT ${row.fallback}`;
  return `${type} ${row.nullable === 'YES' ? 'NULL' : 'NOT NULL'}${fallback}${commentClause(row.comment)}`;
}

/** Quoted for a session without NO_BACKSLASH_ESCAPES, which ours are. */
function commentClause(comment: string): string {
  return comment === '' ? '' : ` COMMENT '${comment.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
