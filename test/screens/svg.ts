const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const COLORS: Readonly<Record<string, string>> = { 31: '#f47067', 32: '#8ddb8c', 33: '#e0b050' };

interface Style {
  color: string | null;
  bold: boolean;
  dim: boolean;
}

const ESCAPE = '\u001b';
const CODES = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

const NORMAL: Style = { color: null, bold: false, dim: false };

/** Lines of a terminal, with their colours, as a picture. The same lines make the same bytes. */
export function svgOf(lines: readonly string[], columns: number): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const rows = lines.map((line, index) => row(line, MARGIN + (index + 0.75) * CELL.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>A session of sf-ops at 80 columns</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="#1c2128"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#cdd9e5" xml:space="preserve">',
    ...rows.filter((text) => text !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function row(line: string, y: number): string {
  let column = 0;
  let style = NORMAL;
  const spans: string[] = [];
  for (const part of line.split(CODES)) {
    if (part.startsWith(ESCAPE)) {
      style = part.slice(2, -1).split(';').reduce(changed, style);
      continue;
    }
    // A span for each run of text, at its own column: fonts differ in the width of what is not ASCII.
    for (const { 0: text, index } of part.matchAll(/\S+(?: \S+)*/g)) {
      const x = (MARGIN + (column + index) * CELL.width).toFixed(1);
      spans.push(`<tspan x="${x}"${attributes(style)}>${escaped(text)}</tspan>`);
    }
    column += [...part].length;
  }
  return spans.length === 0 ? '' : `<text y="${y}">${spans.join('')}</text>`;
}

function changed(style: Style, code: string): Style {
  if (code in COLORS) return { ...style, color: COLORS[code]! };
  switch (code) {
    case '':
    case '0':
      return NORMAL;
    case '1':
      return { ...style, bold: true };
    case '2':
      return { ...style, dim: true };
    case '22':
      return { ...style, bold: false, dim: false };
    case '39':
      return { ...style, color: null };
    default:
      return style;
  }
}

function attributes({ color, bold, dim }: Style): string {
  return [
    color === null ? '' : ` fill="${color}"`,
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.65"' : '',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
