import { printable } from './printable.js';
import type { Report } from './report.js';

/** For pipes: a line for each row, fields separated by tabs, no heading, no colour; `-` where there is no value. */
export function renderPlain(report: Report): string {
  const { columns, items } = report.table;
  return items
    .map((item) => {
      const fields = columns.map((column) => {
        const text = column.display?.(item) ?? String(column.value(item) ?? '-');
        return printable(text) || '-';
      });
      return `${fields.join('\t')}\n`;
    })
    .join('');
}
