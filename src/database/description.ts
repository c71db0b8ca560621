import { sql } from 'drizzle-orm';
import { UnavailableError } from '../core/errors.js';
import { operationLabels } from '../core/object-types.js';
import { isTableMissing } from './server-errors.js';
import type { Session } from './session.js';

export interface ColumnDescription {
  name: string;
  /** As the server spells it: `char(32)`, `uuid`, `enum('A','B')`, `longtext`. */
  type: string;
  nullable: boolean;
  collation: string | null;
  /** The labels of an ENUM, in the order of this database; empty for other types. */
  labels: string[];
}

export interface TableDescription {
  name: string;
  columns: ReadonlyMap<string, ColumnDescription>;
}

export interface KeyDescription {
  name: string;
  unique: boolean;
  columns: string[];
}

/** Tables without which sf-ops has nothing to say. */
const ESSENTIAL_TABLES = ['cluster_operations', 'cluster_operation_targets', 'object_states', 'work_queue'];

/**
 * "This database": what was found, where a program that assumes would be wrong (database contract, section 8).
 * Every statement that depends on a type, a label or a column takes it from here.
 */
export class DatabaseDescription {
  constructor(readonly tables: ReadonlyMap<string, TableDescription>) {}

  /** @returns the column, or null if the table or the column does not exist */
  column(table: string, column: string): ColumnDescription | null {
    return this.tables.get(table)?.columns.get(column) ?? null;
  }

  /**
   * The labels of `object_states.object_type` that may be operations: all but the known ordinary objects, so that an
   * operation type newer than this program still counts. So does the empty label, which a lax `sql_mode` stores in place
   * of one that the ENUM lacks (database contract, section 8); it is in no ENUM's list.
   */
  get operationLabels(): string[] {
    const labels = operationLabels(this.column('object_states', 'object_type')?.labels ?? []);
    return labels.length === 0 ? [] : [...labels, ''];
  }

  /** Whether targets can be marked as measurement only (`cluster_operation_targets` v3), which do not count as pending. */
  get hasObservational(): boolean {
    return this.column('cluster_operation_targets', 'observational') !== null;
  }

  /** @throws UnavailableError when a table is missing without which no question can be answered */
  requireShakenFist(): void {
    const missing = ESSENTIAL_TABLES.filter((table) => !this.tables.has(table));
    if (missing.length === 0) return this.#requireOperationLabels();
    throw new UnavailableError(`This is not a Shaken Fist database: ${missing.join(', ')} missing.`, {
      word: 'schema_missing',
      hint: 'Is --database the one of Shaken Fist? An account without any privilege on a table does not see it either.',
    });
  }

  /** Without them nothing would count as an operation, and everything would look free. */
  #requireOperationLabels(): void {
    if (this.operationLabels.length > 0) return;
    throw new UnavailableError(
      'The labels of object_states.object_type cannot be read, or it is not an ENUM.',
      {
        word: 'schema_missing',
        hint: 'May this account read every column? `sf-ops doctor` says what is wrong with the schema.',
      },
    );
  }
}

/** @throws UnavailableError as `requireShakenFist` */
export async function describeDatabase(session: Session): Promise<DatabaseDescription> {
  const description = await describeTables(session);
  description.requireShakenFist();
  return description;
}

/** The tables of the database, whether they are Shaken Fist's or not. */
export async function describeTables(session: Session): Promise<DatabaseDescription> {
  return descriptionOf(await session.rows<ColumnRow>(COLUMNS));
}

export interface ColumnRow {
  table_name: string;
  name: string;
  type: string;
  nullable: string;
  collation: string | null;
}

export const COLUMNS = sql`
  SELECT table_name, column_name AS name, column_type AS type, is_nullable AS nullable, collation_name AS collation
  FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

export function descriptionOf(columns: readonly ColumnRow[]): DatabaseDescription {
  const tables = new Map<string, { name: string; columns: Map<string, ColumnDescription> }>();
  for (const { table_name: table, name, type, nullable, collation } of columns) {
    if (!tables.has(table)) tables.set(table, { name: table, columns: new Map() });
    tables
      .get(table)!
      .columns.set(name, { name, type, nullable: nullable === 'YES', collation, labels: enumLabels(type) });
  }
  return new DatabaseDescription(tables);
}

/** The keys of one table as they are, which a version row does not prove. */
export async function keysOf(session: Session, table: string): Promise<KeyDescription[]> {
  const rows = await session.rows<{ name: string; non_unique: number; column_name: string }>(sql`
    SELECT index_name AS name, non_unique, column_name FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = ${table} ORDER BY index_name, seq_in_index`);
  const keys = new Map<string, KeyDescription>();
  for (const { name, non_unique: nonUnique, column_name: column } of rows) {
    if (!keys.has(name)) keys.set(name, { name, unique: nonUnique === 0, columns: [] });
    keys.get(name)!.columns.push(column);
  }
  return [...keys.values()];
}

/** Shaken Fist's own ledger, table → version; null where it does not exist. */
export async function schemaVersions(session: Session): Promise<Map<string, number> | null> {
  try {
    const rows = await session.rows<{ table_name: string; version: number }>(
      sql`SELECT table_name, version FROM schema_versions`,
    );
    return new Map(rows.map((row) => [row.table_name, row.version]));
  } catch (error) {
    if (isTableMissing(error)) return null;
    throw error;
  }
}

/** `enum('A','it''s')` → labels; MariaDB doubles a quote inside a label. */
export function enumLabels(columnType: string): string[] {
  if (!columnType.startsWith('enum(')) return [];
  return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].map((match) => match[1]!.replaceAll("''", "'"));
}
