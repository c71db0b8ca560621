import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readText, readWord, shown } from '../../src/core/parsed-value.js';

describe('how a rejected value is quoted', () => {
  test.each<[unknown, string]>([
    ['abc', '"abc"'],
    [20, '20'],
    [null, 'null'],
    [true, 'true'],
    [[1, 2], 'a list'],
    [{ a: 1 }, 'an object'],
    ['x'.repeat(10_000), `"${'x'.repeat(40)}…"`],
    ['😀'.repeat(41), `"${'😀'.repeat(40)}…"`],
    ['\u001b[31mred\n', '"\\u{1b}[31mred\\u{a}"'],
    ['left\u202eright', '"left\\u{202e}right"'],
  ])('%j', (value, quoted) => {
    expect(shown(value)).toBe(quoted);
  });

  test('is short and cannot steer a terminal, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.anything()), (value) => {
        fc.pre(typeof value !== 'function' && typeof value !== 'object');
        const quoted = shown(value);
        expect([...quoted].length).toBeLessThanOrEqual(40 * '\\u{10ffff}'.length + 3);
        expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('text', () => {
  test('is counted in characters, as a VARCHAR counts it', () => {
    expect(readText('😀'.repeat(255), 255)).toEqual({ value: '😀'.repeat(255) });
    expect(readText('😀'.repeat(256), 255)).toEqual({
      problem: expect.stringContaining('has 256 characters (at most 255 are allowed)'),
    });
  });

  test.each<[unknown, string]>([
    ['', 'is empty'],
    [7, '7 is not text'],
    ['a\u001b[2J', '"a\\u{1b}[2J" contains control characters'],
    ['\ud83d', '"\\u{d83d}" contains control characters'],
  ])('%j is refused', (value, problem) => {
    expect(readText(value, 255)).toEqual({ problem });
  });
});

test('a word must be one of those allowed, and the nearest is suggested', () => {
  expect(readWord('blue', 'a colour', ['red', 'blue'])).toEqual({ value: 'blue' });
  expect(readWord('bleu', 'a colour', ['red', 'blue'])).toEqual({
    problem: '"bleu" is not a colour (allowed: red, blue); did you mean blue?',
  });
  expect(readWord(3, 'a colour', ['red', 'blue'])).toEqual({
    problem: '3 is not a colour (allowed: red, blue)',
  });
});
