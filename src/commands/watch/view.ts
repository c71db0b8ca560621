import type { Column } from '../../render/answer.js';

/** What is watched: rows that are read again and again, and how to tell one from another. */
export interface View<Row extends object> {
  /** @param known the rows of the look before, by `keyOf` */
  read(known: ReadonlyMap<string, Row>): Promise<Look<Row>>;
  keyOf(row: Row): string;
  /** What counts as a change; ages do not. */
  signatureOf(row: Row): string;
  /**
   * What people and scripts see of a row of the last look; always the same columns.
   *
   * @param now unix seconds
   */
  columns(now: number): readonly Column<Row>[];
  /** The row of the API. */
  documentOf(row: Row, now: number): object;
  /** What explains a row: the words after `explain`, or lines that say it. */
  explanationOf(row: Row): { words: readonly string[] } | { lines: readonly string[] };
}

/** What one look has found. */
export interface Look<Row extends object> {
  /** Worst first. */
  readonly rows: readonly Row[];
  /** What was there at the look before and is not any more, as it ended. */
  readonly ended: readonly Row[];
  /** `14 pending on 9 objects, 4 stuck`. */
  readonly summary: string;
}

/** Those that were known and are not there any more. */
export function missing<Row extends object>(
  known: ReadonlyMap<string, Row>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Row[] {
  const here = new Set(rows.map(keyOf));
  return [...known].flatMap(([key, row]) => (here.has(key) ? [] : [row]));
}

/** The rows by what tells one from another. */
export function byKey<Row extends object>(view: View<Row>, rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [view.keyOf(row), row]));
}
