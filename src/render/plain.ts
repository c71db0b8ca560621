import type { AnyAnswer, Column } from './answer.js';
import { chosenColumns, exitCodeOf } from './columns.js';
import type { Look } from './look.js';
import { printable } from './printable.js';
import type { Format, Sink, Writer } from './writer.js';

/** For pipes: a line for each row, fields separated by tabs, `-` where there is no value; no heading unless asked for. */
export const PLAIN: Format = {
  open: (answer: AnyAnswer, output: Sink, look: Look): Writer => {
    const columns = chosenColumns(answer, look, 'script');
    return {
      begin: async () => {
        if (look.headings === true) await output.write(`${columns.map(({ name }) => name).join('\t')}\n`);
      },
      row: (row) => output.write(`${columns.map((column) => field(column, row)).join('\t')}\n`),
      end: async () => exitCodeOf(answer),
      fail: async ({ exitCode }) => exitCode,
    };
  },
  fail: async ({ exitCode }) => exitCode,
};

function field(column: Column<never>, row: never): string {
  const text = column.plain?.(row) ?? String(column.value(row) ?? '-');
  return printable(text) || '-';
}
