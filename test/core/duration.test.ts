import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, readDuration } from '../../src/core/duration.js';

describe('a duration that is typed', () => {
  test.each([
    ['90', 90],
    ['90s', 90],
    ['250ms', 0.25],
    ['15m', 900],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['7d', 604_800],
    ['2w', 1_209_600],
    ['0', 0],
    [' 10s ', 10],
  ])('%j is %d s', (text, seconds) => {
    expect(readDuration(text)).toBe(seconds);
  });

  test.each(['', ' ', 'h', '1y', '-5s', '1h30', '30 1h', '5 s', '1.s', '.5s', '1e3', 's5', '5sx', '10m s'])(
    '%j is none',
    (text) => {
      expect(readDuration(text)).toBeNull();
    },
  );
});

describe('a duration for people', () => {
  test.each([
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m00s'],
    [192, '3m12s'],
    [3599, '59m59s'],
    [3600, '1h00m'],
    [7500, '2h05m'],
    [86_399, '23h59m'],
    [86_400, '1d00h'],
    [792_000, '9d04h'],
    [-5, '0s'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test('reads back as what it says, to the smaller of its units', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => {
        const lost = seconds - readDuration(formatDuration(seconds))!;
        const unit = seconds < 3600 ? 1 : seconds < 86_400 ? 60 : 3600;
        expect(lost).toBeGreaterThanOrEqual(0);
        expect(lost).toBeLessThan(unit);
      }),
    );
  });
});
