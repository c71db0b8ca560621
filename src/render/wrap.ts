import { displayWidth, firstColumns } from './width.js';

/**
 * Breaks text between words into lines of at most `width` columns. A word that is longer than a line is broken inside.
 *
 * @param hang columns by which every line but the first is shorter; the caller indents them
 */
export function wrap(text: string, width: number, hang = 0): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  let room = width;
  const end = (): void => {
    lines.push(line.trimEnd());
    room = Math.max(1, width - hang);
    line = '';
    used = 0;
  };
  for (const word of text.split(/(?<= )(?=[^ ])/)) {
    let rest = word;
    // The space behind a word may hang over the edge.
    if (line.trim() !== '' && used + displayWidth(rest.trimEnd()) > room) end();
    while (displayWidth(rest.trimEnd()) > room - used) {
      const part = atSeam(firstColumns(rest, room - used)) || firstCharacter(rest);
      line += part;
      rest = rest.slice(part.length);
      end();
    }
    line += rest;
    used += displayWidth(rest);
  }
  if (line !== '') lines.push(line.trimEnd());
  return lines;
}

/** Where names are joined, if that is not too early: `last_cluster_` of `last_cluster_oper`. */
function atSeam(part: string): string {
  const seam = Math.max(...['_', '-', '/', '.', ','].map((joint) => part.lastIndexOf(joint)));
  return seam >= part.length / 2 ? part.slice(0, seam + 1) : part;
}

/** Wider than the room there is: better out of line than never written. */
function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}
