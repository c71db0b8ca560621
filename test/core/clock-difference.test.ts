import { expect, test } from '@jest/globals';
import { clockDifference } from '../../src/core/clock-difference.js';

test.each([
  ['the same second', 100, 100.3, 100.4, 0],
  ['a second that passed on the way', 100, 100.9, 101.2, 0],
  ['a whole second, of which the rest is not told', 100, 100.99, 100.99, 0],
  ['an answer that took long', 100, 95, 130, 0],
  ['ahead of ours', 7_300, 100, 100.5, 7_199.5],
  ['behind ours', 100, 7_300, 7_300.5, -7_199],
])('%s', (_, theirs, before, after, difference) => {
  expect(clockDifference(theirs, before, after)).toBe(difference);
});
