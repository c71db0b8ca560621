import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeUnprintable, printable } from '../../src/render/printable.js';
import { COMMON_FORMATS } from '../../src/render/formats.js';
import { answerOf, type AnyAnswer } from '../../src/render/answer.js';
import { PLAIN_LOOK } from '../../src/render/look.js';
import { textOf } from '../../src/render/text.js';

const HOSTILE = [
  ['a colour', '\u001b[31mred\u001b[0m'],
  ['a cleared screen', '\u001b[2J\u001b[H'],
  ['a window title', '\u001b]0;title\u0007'],
  ['an 8-bit CSI', '\u009b31m'],
  ['line ends', 'a\nb\rc'],
  ['tabs and backspaces', 'a\tb\bc'],
  ['NUL and DEL', 'a\u0000b\u007fc'],
  ['a reordering mark', 'abc\u202ecba'],
  ['isolates', '\u2066abc\u2069'],
  ['zero width', 'a\u200bb\ufeffc\u2060d'],
  ['a line separator', 'a\u2028b\u2029c'],
  ['invisible tags', 'a\u{e0041}\u{e007f}b'],
  ['invisible marks that are yet to be assigned', 'a\u2065b\u{e0002}c'],
] as const;

/** What acts on a terminal or hides; line ends are looked at apart. The definition is the test's own. */
const RANGES = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
  [0xe0001, 0xe007f],
] as const;

const acting = (text: string): string[] =>
  [...text].filter((character) =>
    RANGES.some(([first, last]) => character.codePointAt(0)! >= first && character.codePointAt(0)! <= last),
  );

describe('text from the database', () => {
  test.each(HOSTILE)('%s does not reach a terminal', (_, text) => {
    expect(acting(printable(text))).toEqual([]);
    expect(printable(text)).not.toContain('\n');
    expect(printable(text)).toContain('?');
  });

  test.each(HOSTILE)('%s is escaped in JSON, and nothing is lost', (_, text) => {
    const json = escapeUnprintable(JSON.stringify({ [text]: text }, null, 2));
    expect(acting(json)).toEqual([]);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  });

  test.each(['plain', 'Zürich', '日本語', 'עברית', 'e\u0301', '👩‍👩‍👧‍👦', '🏳️‍🌈', '?'])(
    '%s stays as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  test('whatever it is, no format lets it act, and each keeps one row a line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        for (const format of COMMON_FORMATS) {
          const output = await textOf(answerAbout(text), format, PLAIN_LOOK);
          expect(acting(output.replaceAll('\t', '').replaceAll('\r\n', '\n'))).toEqual([]);
          const lines = { table: 2, wide: 2, plain: 1, csv: 2, ndjson: 1, json: 7 }[format];
          expect(output.split('\n')).toHaveLength(lines! + 1);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each(HOSTILE)('%s does not come out of a format that only some commands have', async (_, text) => {
    const answer = { ...answerAbout(''), special: { tree: { text: () => [`${text}\n`, 'end\n'] } } };
    const output = await textOf(answer, 'tree', PLAIN_LOOK);
    expect(acting(output.replaceAll('\t', ''))).toEqual([]);
    expect(output.endsWith('\nend\n')).toBe(true);
  });

  test('10,000 characters come through whole', async () => {
    const long = 'n'.repeat(10_000);
    for (const format of COMMON_FORMATS) {
      expect(await textOf(answerAbout(long), format, PLAIN_LOOK)).toContain(long);
    }
  });
});

describe('CSV', () => {
  test.each([
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "a"', '"say ""a"""'],
    ['neither', "it's a b", "it's a b"],
    ['an empty text', '', ''],
    ['what a spreadsheet would run', '=cmd()', "'=cmd()"],
    ['the same, of another kind', '-1+1', "'-1+1"],
    ['what already begins so', "'=cmd()", "''=cmd()"],
    ['an apostrophe of its own', "'tis", "'tis"],
  ])('%s', async (_, text, field) => {
    const output = await textOf(answerAbout(text), 'csv', PLAIN_LOOK);
    expect(output).toBe(`name,end\r\n${field},1\r\n`);
  });

  test('what was defused can be read back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', 'a') }), async (text) => {
        const output = await textOf(answerAbout(text), 'csv', PLAIN_LOOK);
        const field = output.split('\r\n')[1]!.slice(0, -',1'.length);
        expect(field).not.toMatch(/^[=+@-]/);
        expect(field.replace(/^'('*[=+@-])/, '$1')).toBe(text);
      }),
    );
  });
});

function answerAbout(name: string): AnyAnswer {
  return answerOf<{ name: string }>({
    columns: [
      { name: 'name', heading: 'NAME', value: (row) => row.name },
      { name: 'end', heading: 'END', value: () => 1 },
    ],
    rows: [{ name }],
    json: { rows: 'items' },
    exitCode: 0,
  });
}
