import { eastAsianWidth } from 'get-east-asian-width';

const ASCII = /^[\x20-\x7e]*$/;
/** Drawn above or below another character, or not at all; of Hangul, the parts that a syllable is completed with. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11ff}\u{d7b0}-\u{d7fb}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f|^\p{Regional_Indicator}{2}/u;

/** Made when first used: loading its tables takes 10 ms, and most names are ASCII. */
let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as one character each: with its marks, or an emoji with all that it is joined of. */
function characters(text: string): Iterable<string> {
  if (ASCII.test(text)) return text;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Columns that the text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of characters(text)) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (EMOJI.test(character)) return 2;
  let width = 0;
  for (const part of character) if (!NO_WIDTH.test(part)) width += eastAsianWidth(part.codePointAt(0)!);
  return width;
}

/** The longest beginning that fits in `width` columns; whole characters only. */
export function firstColumns(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let room = width;
  for (const character of characters(text)) {
    room -= characterWidth(character);
    if (room < 0) break;
    taken += character;
  }
  return taken;
}

/** The longest end that fits in `width` columns; whole characters only. */
function lastColumns(text: string, width: number): string {
  let taken = '';
  let room = width;
  for (const character of [...characters(text)].reverse()) {
    room -= characterWidth(character);
    if (room < 0) break;
    taken = character + taken;
  }
  return taken;
}

/** The text in at most `width` columns: what is cut off the end is shown by `mark`. */
export function cutEnd(text: string, width: number, mark: string): string {
  if (displayWidth(text) <= width) return text;
  return firstColumns(firstColumns(text, width - displayWidth(mark)).trimEnd() + mark, width);
}

/** The text in at most `width` columns: what is cut out of its middle is shown by `mark`. */
export function cutMiddle(text: string, width: number, mark: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(mark);
  if (room < 2) return cutEnd(text, width, mark);
  const tail = lastColumns(text, Math.floor(room / 2));
  return firstColumns(text, room - displayWidth(tail)) + mark + tail;
}
