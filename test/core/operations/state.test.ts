import { expect, test } from '@jest/globals';
import {
  ACTIVE_STATES,
  isActive,
  isLegalTransition,
  isTerminal,
  TERMINAL_STATES,
} from '../../../src/core/operations/state.js';

const STATES = [...ACTIVE_STATES, ...TERMINAL_STATES];

test('the active and the terminal states are those of Shaken Fist, and no state is both', () => {
  expect(STATES.filter(isActive)).toEqual(['queued', 'preflight', 'executing']);
  expect(STATES.filter(isTerminal)).toEqual(['complete', 'abort', 'error', 'deleted']);
});

test.each([null, '', 'QUEUED', 'initial', 'constructor'])('%j is neither', (state) => {
  expect([isActive(state), isTerminal(state)]).toEqual([false, false]);
});

test.each([
  [null, ['queued']],
  ['queued', ['executing', 'abort', 'error', 'deleted']],
  ['preflight', []],
  ['executing', ['queued', 'complete', 'abort', 'error', 'deleted']],
  ['complete', ['deleted']],
  ['abort', ['deleted']],
  ['error', ['deleted']],
  ['deleted', []],
  ['unheard-of', []],
])('%j may be followed by %j', (from, successors) => {
  expect(STATES.filter((to) => isLegalTransition(from, to))).toEqual(successors);
});
