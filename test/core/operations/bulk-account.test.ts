import { expect, test } from '@jest/globals';
import { accountSentences, emptyAccount, failedLines } from '../../../src/core/operations/bulk-account.js';

const some = { ...emptyAccount(), created: 5, reused: 1, failed: 2, lastLine: 8 };

test.each([
  [some, '5 created, 1 reused, 2 failed.'],
  [{ ...some, existing: 3 }, '5 created, 1 reused, 3 there already, 2 failed.'],
  [
    { ...some, stopped: 'failure' as const, lost: { first: 9, last: 12, lines: 4, isUnknown: false } },
    '5 created, 1 reused, 2 failed. Lines 9 to 12 were not written. Later lines, if any, were not tried.',
  ],
  [
    { ...some, stopped: 'failure' as const, lost: { first: 9, last: 12, lines: 4, isUnknown: true } },
    '5 created, 1 reused, 2 failed. Lines 9 to 12 may have been written, all or none. Later lines, if any, were not tried.',
  ],
  [
    { ...some, stopped: 'error' as const },
    '5 created, 1 reused, 2 failed. Stopped at line 8: later lines, if any, were not tried.',
  ],
  [
    { ...some, stopped: 'interrupted' as const },
    '5 created, 1 reused, 2 failed. Interrupted after line 8: later lines were not tried.',
  ],
])('%#', (account, sentences) => {
  expect(accountSentences(account, false)).toBe(sentences);
});

test('a rehearsal has created nothing, and lost lines count as failed', () => {
  expect(accountSentences(some, true)).toMatch(/^5 would be created/);
  expect(failedLines(some)).toBe(2);
  expect(failedLines({ ...some, lost: { first: 9, last: 12, lines: 4, isUnknown: false } })).toBe(6);
});
