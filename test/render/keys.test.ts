import { expect, test } from '@jest/globals';
import { keysOf } from '../../src/render/keys.js';

test('text, controls and sequences, whichever mode the terminal is in', () => {
  const arrived = 'a/東👍\r\u007f\u0003\u001a\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[1~\u001bOF\u0007';
  const { keys, rest } = keysOf(arrived, false);
  expect(keys.map((key) => ('text' in key ? key.text : key.name))).toEqual([
    ...['a', '/', '東', '👍', 'enter', 'backspace', 'interrupt', 'suspend'],
    ...['up', 'down', 'pageUp', 'pageDown', 'home', 'end'],
  ]);
  expect(rest).toBe('');
});

test('sequences that mean nothing here are left out whole: a mouse, Shift-Up, F5', () => {
  expect(keysOf('\u001b[<0;12;5M\u001b[1;2A\u001b[15~q', false).keys).toEqual([{ text: 'q' }]);
});

test('a sequence that arrives in two pieces is waited for; the escape key alone is one', () => {
  for (const begun of ['\u001b', '\u001b[', '\u001bO', '\u001b[1;']) {
    expect(keysOf(`x${begun}`, false)).toEqual({ keys: [{ text: 'x' }], rest: begun });
  }
  expect(keysOf('\u001b', true)).toEqual({ keys: [{ name: 'escape' }], rest: '' });
  expect(keysOf('\u001bq', false).keys).toEqual([{ name: 'escape' }, { text: 'q' }]);
});
