import type { AnyAnswer, Column, Value } from './answer.js';
import { chosenColumns, exitCodeOf } from './columns.js';
import type { Look } from './look.js';
import { printable } from './printable.js';
import type { Format, Sink, Writer } from './writer.js';

/** RFC 4180, with a heading line unless it is not wanted; `null` is the empty field. */
export const CSV: Format = {
  open: (answer: AnyAnswer, output: Sink, look: Look): Writer => {
    const columns = chosenColumns(answer, look, 'script');
    return {
      begin: async () => {
        if (look.headings !== false) await output.write(line(columns.map(({ name }) => name)));
      },
      row: (row) => output.write(line(columns.map((column: Column<never>) => column.value(row)))),
      end: async () => exitCodeOf(answer),
      fail: async ({ exitCode }) => exitCode,
    };
  },
  fail: async ({ exitCode }) => exitCode,
};

function line(values: readonly Value[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

function field(value: Value): string {
  const text = value === null ? '' : typeof value === 'string' ? harmless(printable(value)) : String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A spreadsheet runs a cell that begins like a formula, and names are chosen by tenants. An apostrophe before it makes
 * it text. A script takes it off again: one apostrophe from each field that matches `^'+[=+@-]`.
 */
function harmless(text: string): string {
  return /^'*[=+@-]/.test(text) ? `'${text}` : text;
}
