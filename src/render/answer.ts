import type { ExitCode } from '../core/exit-codes.js';
import type { Look } from './look.js';

/** What a cell or a line means. Only a terminal shows it, and a word always says the same. */
export type Style =
  /** A good answer that was asked for. */
  | 'good'
  /** Wrong. */
  | 'bad'
  /** Wants attention, or cannot tell. */
  | 'warning'
  /** Background. */
  | 'dim'
  | 'strong';

/** A value as scripts read it. */
export type Value = string | number | boolean | null;

/**
 * How a column gives way on a narrow terminal: not at all, by losing its end, by losing its middle (names whose end
 * tells them apart), or over several lines, broken between words.
 */
export type Shrink = 'never' | 'end' | 'middle' | 'wrap';

export interface Column<Row extends object> {
  /** The name of the field: in the heading of `csv`, and for `--columns`. */
  name: string;
  /** The heading in a table. Where every heading is empty, the table has no heading line. */
  heading: string;
  /** The value as a script wants it: `plain` and `csv`. */
  value: (row: Row) => Value;
  /** What `plain`, which people read in a mail too, shows instead: an age as `2h30m`. */
  plain?: (row: Row) => string;
  /** The value as a person wants it, where that differs: `table` and `wide`. */
  display?: (row: Row, look: Look) => string;
  style?: (row: Row) => Style | undefined;
  /** 0: never left out (the default). Of the others, the highest is the first that a narrow terminal leaves out. */
  priority?: number;
  /** `never` by default. */
  shrink?: Shrink;
  /** The width below which a column that may shrink is of no use: it is rather left out. 8 by default. */
  least?: number;
  /** Rather than make it narrower than this, columns of a higher priority number are left out. */
  comfort?: number;
  /** Not in `table` unless `--columns` names it; in `wide` and the formats of scripts. */
  wideOnly?: boolean;
  /** Says for people what other columns say for scripts: not in `plain` and `csv` unless `--columns` names it. */
  peopleOnly?: boolean;
  /** Left out of a table in which no row has anything to say there. */
  omitEmpty?: boolean;
  /** Numbers stand at the right of their column. */
  align?: 'left' | 'right';
}

/** A sentence for people, above or below the rows. It is wrapped between words; later lines hang under its text. */
export type Line =
  | string
  | {
      text: string;
      style?: Style;
      /** Columns by which later lines are indented; by default as far as the first. */
      hang?: number;
      /** A drawing: cut at the edge instead of wrapped. */
      keep?: boolean;
      /** To be copied: left to the terminal to wrap. */
      whole?: boolean;
    };

/** The one command that helps now: `Why: sf-ops explain 70000002`. */
export interface NextCommand {
  label: string;
  command: string;
}

/**
 * How `json` makes one document of the answer: around the rows as they come, or in one piece when all have come.
 * `head` is asked before the first row, `tail` and `document` after the last one. A field of the tail may say what only
 * the rows have told.
 */
export type JsonShape =
  { head?: () => object; rows: string; tail?: () => object } | { document: () => object };

/** A format that only this command has. The rows are read to their end first, so that it may speak of them. */
export interface SpecialFormat {
  text: () => string | Iterable<string>;
  /** Where the format has exit codes of its own. */
  exitCode?: () => ExitCode;
}

/**
 * What a command found out, independent of the format: rows, and what to say around them. A writer decides how it
 * looks; a command never prints.
 */
export interface Answer<Row extends object> {
  columns: readonly Column<Row>[];
  /** Read once. What goes wrong on the way is thrown, and ends the answer properly in every format. */
  rows: Iterable<Row> | AsyncIterable<Row>;
  json: JsonShape;
  /** The row as `json` and `ndjson` print it; the row itself by default. */
  record?: (row: Row) => object;

  /** For people: the answer in a line. Asked before the first row. */
  before?: (look: Look) => readonly Line[];
  /** For people, in place of the table: each row as a few lines. */
  block?: (row: Row, look: Look) => readonly Line[];
  /** The meaning of a whole row, for the cells that have none of their own. */
  rowStyle?: (row: Row) => Style | undefined;
  /**
   * For people: a row that tells nothing to act on. `table` leaves it out without
   * `--verbose` and says `rest`.
   */
  isQuiet?: (row: Row) => boolean;
  /** @param count of rows left out, at least 1 */
  rest?: (count: number) => Line | null;
  /** For people, where there is no row. */
  empty?: Line;
  /** For people: totals, then what was not looked at. Asked after the last row. */
  after?: (look: Look) => readonly Line[];
  next?: () => NextCommand | null;
  /** Columns by which the table is indented. */
  indent?: number;

  /** As a function it is asked after the last row, which is then always reached, even if nobody reads on. */
  exitCode: ExitCode | (() => ExitCode);
  /** Says that all is well, or what was done: with `--quiet`, and unless a format is asked for, it is told where it is not. */
  isReport?: boolean;
  /** What was changed, told on stderr if stdout could not take the answer: it failed (`isLost`), or its reader left early. */
  undelivered?: (isLost: boolean) => string;
  special?: Readonly<Record<string, SpecialFormat>>;
}

/** An answer whose rows only it knows: what the command hands on. */
export type AnyAnswer = Answer<never>;

/** Hides the type of the rows, which only the answer itself needs to know. */
export function answerOf<Row extends object>(answer: Answer<Row>): AnyAnswer {
  return answer as unknown as AnyAnswer;
}
