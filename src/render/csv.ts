import { printable } from './printable.js';
import type { Report, Value } from './report.js';

/** RFC 4180, with a heading line; `null` is the empty field. */
export function renderCsv(report: Report): string {
  const { columns, items } = report.table;
  const heading = columns.map((column) => column.name);
  const rows = items.map((item) => columns.map((column) => column.value(item)));
  return [heading, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: Value): string {
  const text = value === null ? '' : printable(String(value));
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
