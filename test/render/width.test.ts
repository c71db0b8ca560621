import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutEnd, cutMiddle, displayWidth } from '../../src/render/width.js';
import { wrap } from '../../src/render/wrap.js';

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string({ unit: fc.constantFrom('日', 'é', 'e\u0301', '👩‍👩‍👧‍👦', '🇩🇪', '한', 'ש', 'a', ' ', '-') }),
);

describe('the width of text on a terminal', () => {
  test.each([
    ['web', 3],
    ['Zürich', 6],
    ['日本語', 6],
    ['ﾊﾝｶｸ', 4],
    ['Ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['한글', 4],
    ['\u1112\u1161\u11ab', 2],
    ['👍', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['שלום', 4],
    ['', 0],
  ])('%s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test.each([
    ['network_apply_update_dnsmasq', 12, 'network_app…', 'networ…smasq'],
    ['network', 7, 'network', 'network'],
    ['日本語の名前', 7, '日本語…', '日本…前'],
    ['日本語の名前', 6, '日本…', '日…前'],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 4, '👩‍👩‍👧‍👦…', '👩‍👩‍👧‍👦…'],
    ['abc', 1, '…', '…'],
    ['abc', 0, '', ''],
  ])('%s in %i columns', (text, width, end, middle) => {
    expect(cutEnd(text, width, '…')).toBe(end);
    expect(cutMiddle(text, width, '…')).toBe(middle);
  });

  test('what is cut is never wider than it may be, and what fits stays whole', () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (text, width) => {
        for (const cut of [cutEnd(text, width, '…'), cutMiddle(text, width, '…')]) {
          expect(displayWidth(cut)).toBeLessThanOrEqual(width);
          if (displayWidth(text) <= width) expect(cut).toBe(text);
        }
      }),
    );
  });
});

describe('wrapping', () => {
  test.each([
    ['all in one line', 20, 0, ['all in one line']],
    ['the quick brown fox', 10, 0, ['the quick', 'brown fox']],
    ['the quick brown fox', 10, 4, ['the quick', 'brown', 'fox']],
    ['  indented text goes on', 12, 2, ['  indented', 'text goes', 'on']],
    ['  aaaaaaaaaaaa b', 8, 2, ['  aaaaaa', 'aaaaaa', 'b']],
    ['aaaaaaaaaaaa b', 5, 0, ['aaaaa', 'aaaaa', 'aa b']],
    ['日本語の長い文章', 6, 0, ['日本語', 'の長い', '文章']],
    ['', 5, 0, ['']],
  ])('%s', (text, width, hang, lines) => {
    expect(wrap(text, width, hang)).toEqual(lines);
  });

  test('no line is wider than it may be, and no word is lost', () => {
    const words = fc.array(
      anyText.map((word) => word.replaceAll(/\s/g, '')),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 40 }), (list, width) => {
        const text = list.join(' ').trim();
        const lines = wrap(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});
