import { describe, expect, test } from '@jest/globals';
import { lifetimeOf } from '../../../src/core/operations/lifetime.js';
import { NOW, OPERATION, record, state, workRow } from './records.js';

const { header } = record();
const SINCE = NOW - 60;

test('tells what it is, what it does, and when it came', () => {
  const stored = { ...header!.stored, tasks: ['network_deploy'] };
  const one = record({ header: { ...header!, createdAt: NOW - 90, stored } });
  expect(lifetimeOf(one, [])).toEqual({
    ...{ uuid: OPERATION, operationType: 'net_op', tasks: ['network_deploy'], state: 'queued' },
    ...{ createdAt: NOW - 90, startedAt: null, endedAt: null, outcome: 'pending' },
  });
});

test('what has no header came with its state, or nobody knows', () => {
  expect(lifetimeOf(record({ header: null }), [])).toMatchObject({ tasks: [], createdAt: SINCE });
  expect(lifetimeOf(record({ header: null, state: null }), [])).toMatchObject({ state: null, createdAt: 0 });
});

test.each<[string | null, string]>([
  ['complete', 'complete'],
  ['error', 'error'],
  ['abort', 'abort'],
  ['deleted', 'deleted'],
  ['queued', 'pending'],
  ['preflight', 'pending'],
  ['executing', 'pending'],
  ['of tomorrow', 'unknown'],
  [null, 'unknown'],
])('in %j it ended as %s', (value, outcome) => {
  const hasEnded = ['complete', 'error', 'abort', 'deleted'].includes(outcome);
  expect(lifetimeOf(record({ state: state(value) }), [])).toMatchObject({
    ...{ state: value, outcome, endedAt: hasEnded ? SINCE : null },
  });
});

test('without a state it is gone', () => {
  expect(lifetimeOf(record({ state: null }), [])).toMatchObject({ outcome: 'gone', endedAt: null });
});

describe('when it began', () => {
  const ended = record({ state: state('complete') });
  const began = (at: number, value = 'executing') => ({ at, state: value });

  test('is when it came to execute, while it does', () => {
    const work = { value: [workRow({ claimedAt: NOW - 70 })] };
    expect(lifetimeOf(record({ state: state('executing'), work }), []).startedAt).toBe(SINCE);
  });

  test('is when a worker took it, while it waits to', () => {
    const work = { value: [workRow({ claimedAt: NOW - 70 })] };
    expect(lifetimeOf(record({ work }), []).startedAt).toBe(NOW - 70);
    expect(lifetimeOf(record({ work: { value: [] } }), []).startedAt).toBeNull();
  });

  test('once it has ended, only events tell: the last run before the end', () => {
    expect(lifetimeOf(ended, []).startedAt).toBeNull();
    const changes = [began(SINCE - 5), began(SINCE - 20), began(SINCE + 1), began(SINCE - 1, 'queued')];
    expect(lifetimeOf(ended, changes).startedAt).toBe(SINCE - 5);
    expect(lifetimeOf(ended, [began(SINCE)]).startedAt).toBe(SINCE);
    expect(lifetimeOf(ended, [began(SINCE - 1, 'queued')]).startedAt).toBeNull();
  });
});
