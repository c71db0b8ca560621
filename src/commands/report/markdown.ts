import { printable } from '../../render/printable.js';
import type { Page, Picture, Section } from './page.js';

/** For a comment in a ticket. */
export function* markdownText(page: Page): Iterable<string> {
  yield `# ${escaped(page.title)}\n\n`;
  for (const fact of page.facts) yield `${escaped(fact)}  \n`;
  const totals = page.totals.map(({ number, what }) => `**${number}** ${escaped(what)}`);
  yield `\n${totals.join(' · ')}\n`;
  for (const section of page.sections) yield* sectionText(section);
  yield '\n---\n\n';
  for (const sentence of page.unseen) yield `${escaped(sentence)}  \n`;
}

function* sectionText({ title, empty, table, texts = [], pictures = [] }: Section): Iterable<string> {
  yield `\n## ${escaped(title)}\n\n`;
  if ((table?.rows.length ?? 0) === 0 && pictures.length === 0) yield `${escaped(empty)}\n`;
  else if (table !== undefined) yield* tableText(table);
  for (const text of texts) yield `\n${escaped(text.title)}\n\n${fenced('', text.text)}`;
  for (const picture of pictures) yield pictureText(picture);
}

function* tableText({ headings, rows, hidden }: NonNullable<Section['table']>): Iterable<string> {
  yield `| ${headings.map(escaped).join(' | ')} |\n|${' --- |'.repeat(headings.length)}\n`;
  for (const row of rows) yield `| ${row.map(escaped).join(' | ')} |\n`;
  if (hidden > 0) yield `\n${hidden} more are not shown; --json has them.\n`;
}

function pictureText({ title, inWords }: Picture): string {
  const body =
    'mermaid' in inWords ? fenced('mermaid', inWords.mermaid) : fenced('', inWords.lines.join('\n'));
  return `\n### ${escaped(title)}\n\n${body}`;
}

/** Markdown's own signs, and those of HTML, which many renderers let through. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|#~]/g, (sign) => `\\${sign}`);
}

/** A block whose text cannot end it: its fence is longer than any in it. */
function fenced(language: string, text: string): string {
  const lines = text.split('\n').map(printable);
  const longest = Math.max(2, ...lines.map((line) => /^\s*(`*)/.exec(line)![1]!.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${lines.join('\n').replace(/\n*$/, '')}\n${fence}\n`;
}
