import { escapeUnprintable } from './printable.js';
import type { Report } from './report.js';

/** The whole answer as one object. */
export function renderJson(report: Report): string {
  return `${escapeUnprintable(JSON.stringify(report.document, null, 2))}\n`;
}

/** One object a line: the rows of the answer. */
export function renderNdjson(report: Report): string {
  return (report.records ?? report.table.items)
    .map((item) => `${escapeUnprintable(JSON.stringify(item))}\n`)
    .join('');
}
