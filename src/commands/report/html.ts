import { drawingStyle, element, escapeMarkup, svgInline, theme } from '../../render/svg.js';
import { VERSION } from '../../version.js';
import type { Page, Picture, Section } from './page.js';

const STYLE = `*{box-sizing:border-box}body{margin:0 auto;padding:24px;max-width:1400px;background:var(--paper);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{margin:0 0 4px;font-size:22px}h2{margin:32px 0 8px;font-size:17px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{margin:16px 0 4px;font-size:14px}
p{margin:4px 0}.dim{color:var(--dim)}.bad{color:var(--bad)}
.totals{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0;padding:0;list-style:none}.totals li{border:1px solid var(--line);border-radius:6px;background:var(--box);padding:8px 14px}.totals b{display:block;font-size:22px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--line);overflow-wrap:break-word;max-width:560px}th{font-weight:600;white-space:nowrap}
td:first-child{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px;white-space:nowrap}
pre{overflow-x:auto;background:var(--box);border:1px solid var(--line);border-radius:6px;padding:8px;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;overflow-wrap:anywhere}footer{margin-top:32px;border-top:1px solid var(--line);padding-top:8px}
@media print{body{padding:0;max-width:none;font-size:10px}h2{break-after:avoid}tr,.picture{break-inside:avoid}svg.drawing{max-width:100%;height:auto}.wide{overflow:visible}}`;

/** One page that needs nothing else: no script, no style, font or picture from anywhere. */
export function* htmlText(page: Page): Iterable<string> {
  const pictures = page.sections.flatMap((section) => section.pictures ?? []);
  const style = `${theme(':root')}${STYLE}${drawingStyle(pictures.map(({ drawing }) => drawing.style))}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n`;
  // Whatever gets into the page, it loads and runs nothing.
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">\n`;
  // A browser asks for a picture of the site unless the page names one.
  yield `<link rel="icon" href="data:,">\n`;
  yield `${element('title', {}, escapeMarkup(page.title))}\n<style>${style}</style>\n</head>\n<body>\n`;
  yield `${element('h1', {}, escapeMarkup(page.title))}\n`;
  for (const fact of page.facts) yield `${element('p', { class: 'dim' }, escapeMarkup(fact))}\n`;
  const totals = page.totals.map(({ number, what, isBad }) =>
    element('li', {}, element('b', isBad ? { class: 'bad' } : {}, String(number)), escapeMarkup(what)),
  );
  yield `${element('ul', { class: 'totals' }, ...totals)}\n`;
  for (const section of page.sections) yield* sectionText(section);
  yield '<footer class="dim">\n';
  for (const sentence of page.unseen) yield `${element('p', {}, escapeMarkup(sentence))}\n`;
  yield `${element('p', {}, escapeMarkup(`Made by sf-ops ${VERSION}.`))}\n</footer>\n</body>\n</html>\n`;
}

function* sectionText({ title, empty, table, texts = [], pictures = [] }: Section): Iterable<string> {
  yield `<section>\n${element('h2', {}, escapeMarkup(title))}\n`;
  const isEmpty = (table?.rows.length ?? 0) === 0 && pictures.length === 0;
  if (isEmpty) yield `${element('p', { class: 'dim' }, escapeMarkup(empty))}\n`;
  else if (table !== undefined) yield* tableText(table);
  for (const text of texts) {
    const body = element('pre', {}, escapeLines(text.text));
    yield `${element('details', {}, element('summary', {}, escapeMarkup(text.title)), body)}\n`;
  }
  for (const picture of pictures) yield pictureText(picture);
  yield '</section>\n';
}

function* tableText({ headings, rows, hidden }: NonNullable<Section['table']>): Iterable<string> {
  const heading = headings.map((text) => element('th', {}, escapeMarkup(text)));
  yield `<div class="wide"><table>\n<thead>${element('tr', {}, ...heading)}</thead>\n<tbody>\n`;
  for (const row of rows)
    yield `${element('tr', {}, ...row.map((cell) => element('td', {}, escapeMarkup(cell))))}\n`;
  yield '</tbody></table></div>\n';
  if (hidden > 0)
    yield `${element('p', { class: 'dim' }, `${hidden} more are not shown; --json has them.`)}\n`;
}

function pictureText({ title, drawing }: Picture): string {
  const heading = element('h3', {}, escapeMarkup(title));
  return `${element('div', { class: 'picture' }, heading, element('div', { class: 'wide' }, svgInline(drawing)))}\n`;
}

/** Line ends of a text stay, which elsewhere would be taken for something that steers a terminal. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeMarkup).join('\n');
}
