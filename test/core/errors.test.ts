import { expect, test } from '@jest/globals';
import {
  ConfigurationError,
  ConflictError,
  DeadlineError,
  type ErrorDetails,
  InterruptedError,
  NotFoundError,
  RefusedError,
  type SfOpsError,
  UnavailableError,
  UsageError,
} from '../../src/core/errors.js';

/** The words and codes that scripts rely on. */
type Kind = new (sentence: string, details?: ErrorDetails) => SfOpsError;

test.each<[string, Kind, number]>([
  ['usage', UsageError, 2],
  ['not_found', NotFoundError, 6],
  ['conflict', ConflictError, 7],
  ['refused', RefusedError, 9],
  ['unavailable', UnavailableError, 69],
  ['configuration', ConfigurationError, 78],
  ['deadline', DeadlineError, 4],
])('"%s" is an error of its own, with its own exit code', (word, kind, exitCode) => {
  const plain = new kind('It cannot be.');
  expect(plain).toMatchObject({ name: kind.name, message: 'It cannot be.', word, exitCode });
  expect([plain.hint, 'cause' in plain]).toEqual([undefined, false]);
  const cause = new Error('below');
  expect(new kind('It cannot be.', { word: 'finer', hint: 'Try again.', cause })).toMatchObject({
    ...{ word: 'finer', hint: 'Try again.', exitCode, cause },
  });
});

test.each([
  ['SIGINT', 'interrupted', 130],
  ['SIGTERM', 'terminated', 143],
] as const)('%s is "%s" and exits %d', (signal, word, exitCode) => {
  const error = new InterruptedError(signal, 'Nothing was written.', { hint: 'Run it again.' });
  expect(error).toMatchObject({ word, exitCode, message: 'Nothing was written.', hint: 'Run it again.' });
});
