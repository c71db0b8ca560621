/** What our own screens draw with, for terminals that cannot show it. */
const ASCII_FOR: Readonly<Record<string, string>> = {
  '·': '-',
  '…': '~',
  '–': '-',
  '→': '>',
  '←': '<',
  '✓': 'v',
  '✗': 'x',
  '░': '.',
  '▒': '-',
  '█': '#',
  '│': '|',
  '─': '-',
  '├': '+',
  '└': '`',
  '┌': '+',
  '┐': '+',
  '┘': '+',
  '┬': '+',
  '┴': '+',
  '┼': '+',
  '▸': '>',
  '•': '*',
};

/** Text for a terminal that shows ASCII only: one character for each, `?` where there is none like it. */
export function toAscii(text: string): string {
  return text.replace(/[^\p{ASCII}]\p{M}*/gu, (character) => ASCII_FOR[character] ?? '?');
}
