import { expect, test } from '@jest/globals';
import { ExitCode, worstExitCode } from '../../src/core/exit-codes.js';

test.each<[ExitCode[], ExitCode]>([
  [[], ExitCode.OK],
  [[ExitCode.OK, ExitCode.PENDING], ExitCode.PENDING],
  [[ExitCode.NOT_FOUND, ExitCode.PENDING, ExitCode.NO], ExitCode.NOT_FOUND],
  [[ExitCode.NO, ExitCode.UNAVAILABLE, ExitCode.USAGE], ExitCode.UNAVAILABLE],
  [[ExitCode.UNAVAILABLE, ExitCode.TERMINATED, ExitCode.OK], ExitCode.TERMINATED],
])('the worst of %j is %d', (codes, worst) => {
  expect(worstExitCode(codes)).toBe(worst);
});

test('every code has its place', () => {
  for (const code of Object.values(ExitCode)) {
    expect(worstExitCode([code, ExitCode.OK])).toBe(code);
    expect(worstExitCode([ExitCode.OK, code])).toBe(code);
  }
});
