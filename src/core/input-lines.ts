/** A line of a file; `text` null where it was longer than allowed and was passed over. */
export interface InputLine {
  /** Counted from 1, as an editor does. */
  readonly number: number;
  /** Without the space around it. */
  readonly text: string | null;
}

const LINE_END = 0x0a;

/**
 * The lines of UTF-8 text that comes in pieces of any size, in memory that does not grow with them: of a line that is
 * longer than `longest` bytes nothing is kept.
 */
export async function* inputLines(
  pieces: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<InputLine[]> {
  const decoder = new TextDecoder();
  let number = 0;
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let isTooLong = false;

  const finish = (rest: Uint8Array): InputLine => {
    number += 1;
    const isOver = isTooLong || keptBytes + rest.length > longest;
    const text = isOver ? null : decoder.decode(joined([...kept, rest])).trim();
    kept = [];
    keptBytes = 0;
    isTooLong = false;
    return { number, text };
  };

  for await (const piece of pieces) {
    const lines: InputLine[] = [];
    let start = 0;
    for (let end = piece.indexOf(LINE_END); end >= 0; end = piece.indexOf(LINE_END, start)) {
      lines.push(finish(piece.subarray(start, end)));
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    const rest = piece.subarray(start);
    isTooLong ||= keptBytes + rest.length > longest;
    if (isTooLong) kept = [];
    else kept.push(rest);
    keptBytes += rest.length;
  }
  if (keptBytes > 0) yield [finish(new Uint8Array())];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
