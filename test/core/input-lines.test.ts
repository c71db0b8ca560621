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

test.each([1, 2, 3, 6])(
  'a line may be as long as is allowed, and no longer, in pieces of %d',
  async (size) => {
    const inPieces = (text: string): Uint8Array[] => {
      const whole = bytes(text);
      return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
    };
    const read = async (text: string) => (await linesOf(inPieces(text), 6)).map(({ text: line }) => line);
    expect(await read('123456\n12345\n')).toEqual(['123456', '12345']);
    expect(await read('1234567\n12\n123456')).toEqual([null, '12', '123456']);
    expect(await read('12\n1234567')).toEqual(['12', null]);
  },
);

test('lines come as soon as they are whole, and never none of them', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* ['a', 'b', '\nc\nd', '\n'].map(bytes);
  }
  const batches: number[] = [];
  for await (const lines of inputLines(source(), 10)) batches.push(lines.length);
  expect(batches).toEqual([2, 1]);
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
