import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inputLines, type InputLine } from '../../src/core/input-lines.js';

async function linesOf(pieces: readonly Uint8Array[], longest = 1000): Promise<InputLine[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const lines: InputLine[] = [];
  for await (const some of inputLines(source(), longest)) lines.push(...some);
  return lines;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('lines are the same however the text is cut', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '\r'), maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(60)), async (texts, cuts) => {
      const whole = bytes(texts.map((text) => `${text}\n`).join(''));
      const ends = [...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
      const pieces = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
      expect(await linesOf(pieces)).toEqual(
        texts.map((text, index) => ({ number: index + 1, text: text.trim() })),
      );
    }),
  );
});

test('a last line without an end counts, an empty rest does not', async () => {
  expect(await linesOf([bytes('a\nb')])).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: 'b' },
  ]);
  expect(await linesOf([bytes('a\n')])).toHaveLength(1);
  expect(await linesOf([])).toEqual([]);
});

test('of a line that is too long nothing is kept, and the next is read', async () => {
  const long = Array.from({ length: 50 }, () => bytes('x'.repeat(100)));
  expect(await linesOf([bytes('a\n'), ...long, bytes('\nb\n'), ...long])).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: null },
    { number: 3, text: 'b' },
    { number: 4, text: null },
  ]);
});
