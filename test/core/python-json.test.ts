import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.js';
import { pythonJson } from '../../src/core/python-json.js';

describe('the text that Python would write', () => {
  // The right-hand sides are the output of CPython 3.11's json.dumps for the same values.
  test.each<[Json, string]>([
    [{ a: [1, 2.5, true, false, null], b: {} }, '{"a": [1, 2.5, true, false, null], "b": {}}'],
    [[], '[]'],
    ['', '""'],
    ['é 😀 \u2028 \u007f \u0080', String.raw`"\u00e9 \ud83d\ude00 \u2028 \u007f \u0080"`],
    ['"q" \\ / \b\f\n\r\t\u0001', String.raw`"\"q\" \\ / \b\f\n\r\t\u0001"`],
    ['\ud800', String.raw`"\ud800"`],
    [{ 'clé "x"': 'y' }, String.raw`{"cl\u00e9 \"x\"": "y"}`],
  ])('%j', (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });

  test.each([
    [0, '0'],
    [-7, '-7'],
    [9007199254740991, '9007199254740991'],
    [9007199254740992, '9007199254740992.0'],
    [0.1, '0.1'],
    [-2.5, '-2.5'],
    [-0, '-0.0'],
    [0.0001, '0.0001'],
    [0.00012345, '0.00012345'],
    [0.00001, '1e-05'],
    [1.23e-5, '1.23e-05'],
    [1.5e-7, '1.5e-07'],
    [5e-324, '5e-324'],
    [123456.789, '123456.789'],
    [1234567890123456.8, '1234567890123456.8'],
    [1e16, '1e+16'],
    [1.5e16, '1.5e+16'],
    [1e22, '1e+22'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
  ])('the number %d', (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });

  test('is printable ASCII, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = pythonJson(value);
        expect(text).toMatch(/^[ -~]*$/);
        expect(JSON.parse(text)).toEqual(value);
      }),
    );
  });

  test('leaves out keys without a value, as JSON.stringify does', () => {
    expect(pythonJson({ a: undefined, b: 1 })).toBe('{"b": 1}');
  });

  test.each([NaN, Infinity, -Infinity])('refuses %d, which json_valid() would reject', (value) => {
    expect(() => pythonJson([value])).toThrow(RangeError);
  });
});
