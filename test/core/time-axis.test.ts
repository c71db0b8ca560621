import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { positionOn, timeAxis } from '../../src/core/time-axis.js';

const time = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 });

test('marks are inside, in order, at round times, and not more than there is room for', () => {
  fc.assert(
    fc.property(
      time,
      fc.integer({ min: 0, max: 40_000_000 }),
      fc.integer({ min: 1, max: 20 }),
      (from, length, most) => {
        const axis = timeAxis(from, from + length, most, 0);
        expect(axis.marks.length).toBeLessThanOrEqual(most + 1);
        for (const mark of axis.marks) {
          expect(mark).toBeGreaterThanOrEqual(from);
          expect(mark).toBeLessThanOrEqual(from + length);
          expect(mark % axis.step).toBe(0);
        }
      },
    ),
  );
});

test('marks are round on the clock on the wall', () => {
  const { marks, step } = timeAxis(1_000_000_000, 1_000_010_000, 4, 5.5 * 3600);
  expect(step).toBe(3600);
  expect(marks.map((mark) => (mark + 5.5 * 3600) % 3600)).toEqual([0, 0, 0]);
});

test('a time before or after the axis stands at its end', () => {
  const axis = timeAxis(100, 200, 4, 0);
  expect([50, 100, 150, 200, 900].map((at) => positionOn(axis, at, 10))).toEqual([0, 0, 5, 10, 10]);
});
