import { Chalk, type ChalkInstance } from 'chalk';
import CliTable from 'cli-table3';
import { printable } from './printable.js';
import type { RenderOptions } from './renderer.js';
import type { Line, Report, Tone } from './report.js';

const NO_BORDERS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
}; // prettier-ignore

/** For people at a terminal: aligned columns, colour where it carries meaning, and the sentences around them. */
export function renderTable(report: Report, options: RenderOptions): string {
  const chalk = new Chalk({ level: options.colorLevel });
  const blocks = [
    lines(report.headline, chalk),
    report.table.items.length === 0 ? lines(emptyLine(report), chalk) : rows(report, chalk),
    lines(report.footer, chalk),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function emptyLine(report: Report): Line[] {
  return report.table.empty === '' ? [] : [{ text: report.table.empty, tone: 'muted' }];
}

function rows(report: Report, chalk: ChalkInstance): string {
  const { columns, items } = report.table;
  const table = new CliTable({
    head: columns.map((column) => chalk.bold(column.heading)),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const item of items) {
    table.push(
      columns.map((column) => {
        const text = column.display?.(item) ?? String(column.value(item) ?? '-');
        return paint(printable(text), column.tone?.(item), chalk);
      }),
    );
  }
  return `${table.toString().replaceAll(/ +$/gm, '')}\n`;
}

function lines(content: readonly Line[] | undefined, chalk: ChalkInstance): string {
  return (content ?? []).map(({ text, tone }) => `${paint(printable(text), tone, chalk)}\n`).join('');
}

function paint(text: string, tone: Tone | undefined, chalk: ChalkInstance): string {
  switch (tone) {
    case 'good':
      return chalk.green(text);
    case 'bad':
      return chalk.red(text);
    case 'warning':
      return chalk.yellow(text);
    case 'muted':
      return chalk.dim(text);
    case 'strong':
      return chalk.bold(text);
    case undefined:
      return text;
  }
}
