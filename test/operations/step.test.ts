import { expect, test } from '@jest/globals';
import { OvertakenError, Step } from '../../src/operations/enqueue/step.js';

/** Whether a promise is settled by now, and how. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = promise.then(
    (value) => value ?? 'passed',
    (error: unknown) => (error instanceof OvertakenError ? 'overtaken' : error),
  );
  return Promise.race([settled, new Promise((resolve) => setImmediate(() => resolve('waits')))]);
}

test('one begins when the one before has written, and is committed when that one is', async () => {
  const first = new Step(null);
  const second = new Step(first);
  expect(await stateOf(first.turn())).toBe('passed');
  first.begin();
  expect(await stateOf(second.turn())).toBe('waits');
  first.wrote();
  expect(await stateOf(second.turn())).toBe('passed');
  second.begin();
  second.wrote();
  expect(await stateOf(first.mayCommit())).toBe('passed');
  expect(await stateOf(second.mayCommit())).toBe('waits');
  first.end(true);
  expect(await stateOf(second.mayCommit())).toBe('passed');
  expect(await stateOf(second.afterBefore())).toBe(true);
});

test('one that is run again sends the next back to the start, where it waits for its end', async () => {
  const first = new Step(null);
  const second = new Step(first);
  first.begin();
  first.wrote();
  second.begin();
  second.wrote();
  first.begin();
  expect(await stateOf(second.mayCommit())).toBe('overtaken');
  expect(await stateOf(second.afterBefore())).toBe('waits');
  first.end(true);
  expect(await stateOf(second.afterBefore())).toBe(true);
  second.begin();
  expect(await stateOf(second.mayCommit())).toBe('passed');
});

test('behind one that failed nothing is written', async () => {
  const first = new Step(null);
  const [second, third] = [new Step(first), new Step(first)];
  first.begin();
  first.wrote();
  second.begin();
  first.end(false);
  expect(await stateOf(second.mayCommit())).toBe('overtaken');
  expect(await stateOf(second.afterBefore())).toBe(false);
  const unwritten = new Step(third);
  third.end(false);
  expect(await stateOf(unwritten.turn())).toBe('overtaken');
});

test('one that was given up is not committed', async () => {
  const step = new Step(null);
  step.begin();
  step.giveUp();
  expect(await stateOf(step.mayCommit())).toBe('overtaken');
  expect(await stateOf(step.afterBefore())).toBe(false);
});
