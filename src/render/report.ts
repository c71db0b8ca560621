/** How a cell should strike the eye. Meaning, not colour: only a terminal shows it. */
export type Tone = 'good' | 'bad' | 'warning' | 'muted' | 'strong';

export type Value = string | number | boolean | null;

export interface Column<Item> {
  /** The name of the field in CSV. */
  name: string;
  /** The heading in a table. */
  heading: string;
  /** The value as a script wants it. */
  value: (item: Item) => Value;
  /** The value as a person wants it, where that differs. */
  display?: (item: Item) => string;
  tone?: (item: Item) => Tone | undefined;
  /** Left out where people look. */
  wideOnly?: boolean;
}

/** A line of text for people: shown by `table` only, above or below the rows. */
export interface Line {
  text: string;
  tone?: Tone;
}

/** Rows with their columns. `Item` is what one line of `ndjson` shows. */
export interface Table<Item = never> {
  columns: readonly Column<Item>[];
  items: readonly Item[];
  /** Shown by `table` where there are no rows. */
  empty: string;
}

/**
 * What a command found out, independent of the format. A renderer decides how it looks; a command never prints.
 */
export interface Report {
  /** The whole answer as `json` prints it: an API. */
  document: object;
  table: Table;
  /** What `ndjson` prints, one a line, where that is not the rows of the table. */
  records?: readonly object[];
  headline?: readonly Line[];
  footer?: readonly Line[];
  /** Formats that only this command has (`nagios`, `prometheus`, `dot`, …). */
  special?: Readonly<Record<string, () => string>>;
}

/** Hides the type of the items, which only the columns of the same table need to know. */
export function tableOf<Item extends object>(table: Table<Item>): Table {
  return table as unknown as Table;
}
