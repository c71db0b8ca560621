import type { Line, NextCommand } from './answer.js';
import { toAscii } from './ascii.js';
import type { Look } from './look.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import { cutEnd } from './width.js';
import { wrap } from './wrap.js';

const NARROW_INDENT = 4;

/** Text from anywhere, as this terminal can show it. */
export function shown(text: string, { unicode }: Look): string {
  return unicode ? printable(text) : toAscii(printable(text));
}

/** Sentences for people, with line ends; none is wider than the terminal. */
export function sentences(lines: readonly Line[], look: Look, paint: Paint): string {
  return lines.map((line) => sentence(line, look, paint)).join('');
}

function sentence(line: Line, look: Look, paint: Paint): string {
  const { text: raw, style, hang, keep, whole } = typeof line === 'string' ? { text: line } : line;
  const text = shown(raw, look);
  if (look.width === null || whole === true) return `${paint(text, style)}\n`;
  if (keep === true) return `${paint(cutEnd(text, look.width, mark(look)), style)}\n`;
  const leading = text.search(/[^ ]|$/);
  const wanted = hang ?? leading;
  // On a terminal that is too narrow for the indent, its place is better used for words.
  const indent = wanted > look.width >> 1 ? NARROW_INDENT : wanted;
  const fitted = leading > look.width >> 1 ? ' '.repeat(NARROW_INDENT) + text.trimStart() : text;
  return wrap(fitted, look.width, indent)
    .map((part, index) => `${' '.repeat(index === 0 ? 0 : indent)}${paint(part, style)}\n`)
    .join('');
}

/** The command can be pasted, also where it takes several lines. */
export function nextSentence({ label, command }: NextCommand, look: Look): string {
  const text = `${label}: ${shown(command, look)}`;
  if (look.width === null) return `${text}\n`;
  const continued = ' \\';
  const lines = wrap(text, look.width - continued.length, 4);
  return lines
    .map((line, index) => {
      const end = index === lines.length - 1 ? '' : continued;
      return `${' '.repeat(index === 0 ? 0 : 4)}${line}${end}\n`;
    })
    .join('');
}

/** What stands for text that was cut. */
export function mark({ unicode }: Look): string {
  return unicode ? '…' : '~';
}
