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

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

test.each([
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * DAY),
])('%d s may be between two marks, where there is room for just as many', (step) => {
  expect(timeAxis(0, 4 * step, 4, 0)).toEqual({
    ...{ from: 0, to: 4 * step, step, marks: [0, step, 2 * step, 3 * step, 4 * step] },
  });
});

test('what is longer than all steps has its own, and what is no time at all a second', () => {
  expect(timeAxis(0, 4000 * DAY, 4, 0).step).toBe(4000 * DAY);
  expect(timeAxis(100, 100, 4, 0)).toEqual({ from: 100, to: 101, marks: [100], step: 1 });
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
