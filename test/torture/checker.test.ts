import { describe, expect, test } from '@jest/globals';
import { check } from './checker.js';
import type { History, Outcome, RestingOperation, Step, VouchedOperation } from './history.js';
import type { Action, MarkedRequest } from './plan.js';

const REQUEST: MarkedRequest = {
  operation_type: 'net_op',
  network_uuid: 'network',
  tasks: ['network_ensure_mesh'],
  request_id: 'mark',
};
const CREATED: VouchedOperation = {
  mark: 'mark',
  uuid: 'operation',
  isCreated: true,
  isAdopted: false,
  targets: ['network'],
};
const AT_REST: RestingOperation = {
  uuid: 'operation',
  mark: 'mark',
  operationType: 'net_op',
  networkUuid: 'network',
  tasks: REQUEST.tasks,
  state: 'queued',
  states: 1,
  targets: 1,
  workRows: 1,
};

function step(at: number, action: Action, outcome: Outcome | null, touched: string | null = null): Step {
  return {
    session: 0,
    action,
    touched,
    invokedAt: at,
    endedAt: outcome === null ? Infinity : at + 1,
    outcome,
  };
}

const enqueue = (at: number, outcome: Outcome | null): Step =>
  step(at, { kind: 'enqueue', requests: [REQUEST] }, outcome);
const written = (at: number): Step => enqueue(at, { kind: 'written', operations: [CREATED] });
const ask = (at: number, operations: string[]): Step =>
  step(at, { kind: 'ask', object: { typeName: 'NETWORK', uuid: 'network' } }, { kind: 'active', operations });
const end = (at: number): Step => step(at, { kind: 'end', pick: 0 }, { kind: 'changed' }, 'operation');
const repair = (kind: 'abort' | 'requeue', at: number, outcome: Outcome | null = { kind: 'changed' }): Step =>
  step(at, { kind, pick: 0 }, outcome, 'operation');
const prune = (at: number): Step => step(at, { kind: 'prune' }, { kind: 'changed' });
const remove = (at: number): Step => step(at, { kind: 'remove', pick: 0 }, { kind: 'changed' }, 'operation');

function rulesBroken(steps: Step[], atRest: RestingOperation[]): string[] {
  const history: History = { seed: 0, steps, atRest };
  return check(history).map(({ rule }) => rule);
}

describe('kept', () => {
  test.each<[string, Step[], RestingOperation[]]>([
    ['an operation that is written, seen, and there', [written(0), ask(2, ['operation'])], [AT_REST]],
    ['an answer that may have come first', [written(1), ask(0.5, [])], [AT_REST]],
    [
      'an ended one that is not named any more',
      [written(0), end(2), ask(4, [])],
      [{ ...AT_REST, state: 'complete', workRows: 0 }],
    ],
    [
      'an ended one whose targets were pruned',
      [written(0), end(2), prune(4)],
      [{ ...AT_REST, state: 'complete', workRows: 0, targets: 0 }],
    ],
    ['a removed one that is not there', [written(0), remove(2), ask(4, [])], []],
    [
      'an aborted one that is not named any more',
      [written(0), repair('abort', 2), ask(4, [])],
      [{ ...AT_REST, state: 'abort', workRows: 0 }],
    ],
    ['one that was killed before its abort', [written(0), repair('abort', 2, null)], [AT_REST]],
    [
      'a requeued one that is named still',
      [written(0), repair('requeue', 2), ask(4, ['operation'])],
      [AT_REST],
    ],
    [
      'one that was killed between its orphaning and its requeue',
      [written(0), repair('requeue', 2, null)],
      [{ ...AT_REST, workRows: 0 }],
    ],
    ['an unknown outcome that is there', [enqueue(0, { kind: 'unknown' })], [AT_REST]],
    ['an unknown outcome that is not', [enqueue(0, { kind: 'unknown' })], []],
    ['a process that was killed after it had written', [enqueue(0, null)], [AT_REST]],
    [
      'one refused, and repeated',
      [enqueue(0, { kind: 'not written', word: 'conflict' }), written(2)],
      [AT_REST],
    ],
  ])('%s', (_, steps, atRest) => {
    expect(rulesBroken(steps, atRest)).toEqual([]);
  });
});

describe('broken', () => {
  test.each<[string, Step[], RestingOperation[]]>([
    ['lost', [written(0)], []],
    ['lost', [written(0)], [{ ...AT_REST, workRows: 0 }]],
    ['doubled', [written(0)], [AT_REST, { ...AT_REST, uuid: 'other', state: 'complete' }]],
    ['false report', [enqueue(0, { kind: 'not written', word: 'unreachable' })], [AT_REST]],
    ['stale answer', [written(0), ask(2, [])], [AT_REST]],
    ['late answer', [written(0), end(2), ask(4, ['operation'])], [{ ...AT_REST, state: 'complete' }]],
    ['partly visible', [enqueue(0, null)], [{ ...AT_REST, targets: 0 }]],
    ['partly visible', [enqueue(0, null), prune(2)], [{ ...AT_REST, targets: 0 }]],
    ['partly visible', [enqueue(0, null)], [{ ...AT_REST, state: 'complete', targets: 0 }]],
    ['half changed', [written(0), repair('abort', 2, null)], [{ ...AT_REST, state: 'abort' }]],
    ['half changed', [written(0), repair('abort', 2)], [AT_REST]],
    ['half changed', [written(0), repair('requeue', 2)], [{ ...AT_REST, workRows: 0 }]],
    ['half changed', [written(0), repair('requeue', 2, null)], [{ ...AT_REST, workRows: 2 }]],
    [
      'late answer',
      [written(0), repair('abort', 2), ask(4, ['operation'])],
      [{ ...AT_REST, state: 'abort', workRows: 0 }],
    ],
    ['not coalesced', [], [AT_REST, { ...AT_REST, uuid: 'other', mark: 'other' }]],
  ])('%s', (rule, steps, atRest) => {
    expect(rulesBroken(steps, atRest)).toEqual([rule]);
  });
});
