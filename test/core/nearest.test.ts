import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nearest } from '../../src/core/nearest.js';

const PRIORITIES = ['user_waiting', 'user_facing', 'user_facing_high_io', 'background', 'background_high_io'];

describe('the nearest word', () => {
  test.each([
    ['user_facng', 'user_facing'],
    ['user-facing', 'user_facing'],
    ['USER_WAITING', 'user_waiting'],
    ['bakcground', 'background'],
    ['backgroundhighio', 'background_high_io'],
    ['user_w', 'user_waiting'],
  ])('%s → %s', (typed, meant) => {
    expect(nearest(typed, PRIORITIES)).toBe(meant);
  });

  test.each(['', 'urgent', 'x', 'us', 'user', 'u'.repeat(10_000)])('nothing is near %j', (typed) => {
    expect(nearest(typed, PRIORITIES)).toBeNull();
  });

  test('two neighbours swapped are one mistake, not two', () => {
    expect(nearest('ab', ['ba'])).toBe('ba');
  });

  test.each([
    ['acb', ['abd']],
    ['abcdef', ['badcxy']],
    ['abxx', ['abyyyy']],
    ['', ['a']],
    ['u'.repeat(65), ['u'.repeat(65)]],
  ])('%j is too far from %j', (typed, candidates) => {
    expect(nearest(typed, candidates)).toBeNull();
  });

  test('a word of 64 letters may still be mistyped', () => {
    expect(nearest('u'.repeat(64), ['u'.repeat(64)])).toBe('u'.repeat(64));
  });

  test('a swap that begins the word, or ends it, is one mistake', () => {
    expect(nearest('abcdfe', ['abcdefghi', 'abcdef'])).toBe('abcdef');
    expect(nearest('bacdefg', ['abcdefgh', 'abcdefg'])).toBe('abcdefg');
  });

  test('the first of equally near words wins', () => {
    expect(nearest('net_xp', ['net_op', 'net_ip'])).toBe('net_op');
  });

  test('one wrong, missing or additional letter is always forgiven', () => {
    const edit = fc.tuple(fc.constantFrom(...PRIORITIES), fc.nat(), fc.constantFrom('', 'q', 'qq'));
    fc.assert(
      fc.property(edit, ([word, position, replacement]) => {
        const at = position % word.length;
        const typed = word.slice(0, at) + replacement + word.slice(at + 1);
        expect(nearest(typed, [word])).toBe(word);
      }),
    );
  });
});
