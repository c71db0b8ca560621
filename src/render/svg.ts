import { printable } from './printable.js';

/** Attribute → value; one that is undefined is left out. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Text as XML and HTML take it, between tags and in quotes; what steers a terminal would also break a page. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** @param children markup, escaped already */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([attribute, value]) =>
        ` ${attribute}="${typeof value === 'number' ? round(value) : escapeMarkup(value!)}"`,
    );
  const opening = `<${name}${written.join('')}`;
  return children.length === 0 ? `${opening}/>` : `${opening}>${children.join('')}</${name}>`;
}

/** A tenth of a pixel is enough, and keeps a large drawing small. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * The colours of drawings and pages, light and dark, as CSS variables. A drawing inside a page takes those of the page.
 *
 * @param selector of the element below which they hold
 */
export function theme(selector: string): string {
  const light =
    '--paper:#fff;--ink:#1f2328;--dim:#656d76;--line:#c4cbd3;--box:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--warning:#9a6700;--active:#0969da';
  const dark =
    '--paper:#0d1117;--ink:#e6edf3;--dim:#8d96a0;--line:#3d444d;--box:#161b22;--good:#3fb950;--bad:#f85149;--warning:#d29922;--active:#58a6ff';
  return `${selector}{${light}}@media (prefers-color-scheme:dark){${selector}{${dark}}}@media print{${selector}{${light}}}`;
}

/** In drawings every character has this width at a font size of 11 pixels, or nearly. */
export const CHARACTER_WIDTH = 6.65;

const STYLE = `text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink)}
.dim{fill:var(--dim)}.strong{font-weight:600}.good{fill:var(--good)}.bad{fill:var(--bad)}.warning{fill:var(--warning)}.active{fill:var(--active)}`;

export interface Drawing {
  width: number;
  height: number;
  /** What it shows, for those who do not see it. */
  title: string;
  /** Rules beside those that every drawing has. */
  style: string;
  body: string;
}

/** A file of its own: it brings its colours and its background. */
export function svgFile(drawing: Drawing): string {
  const { width, height } = drawing;
  const style = element('style', {}, `${theme('svg')}${STYLE}${drawing.style}`);
  const paper = element('rect', { width, height, style: 'fill:var(--paper)' });
  const opening = { xmlns: 'http://www.w3.org/2000/svg', ...frame(drawing) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('svg', opening, title(drawing), style, paper, drawing.body)}\n`;
}

/** Inside a page that has `theme` and `drawingStyle`. */
export function svgInline(drawing: Drawing): string {
  return element('svg', { ...frame(drawing), class: 'drawing' }, title(drawing), drawing.body);
}

/** The rules that the drawings of a page need, once. */
export function drawingStyle(styles: readonly string[]): string {
  return [STYLE, ...new Set(styles)].join('\n').replace(/^text/, '.drawing text');
}

function frame({ width, height }: Drawing): Attributes {
  return { width, height, viewBox: `0 0 ${round(width)} ${round(height)}`, role: 'img' };
}

function title({ title: text }: Drawing): string {
  return element('title', {}, escapeMarkup(text));
}
