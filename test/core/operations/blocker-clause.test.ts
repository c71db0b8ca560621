import { describe, expect, test } from '@jest/globals';
import type { Blocker } from '../../../src/core/operations/blocker.js';
import { blockerClause } from '../../../src/core/operations/blocker-clause.js';
import { NOW, OPERATION, OTHER, QUEUE, related, workRow } from './records.js';

const work = workRow();
const MINUTE_AGO = NOW - 60;
const error = { code: null, message: 'no route', details: null, originClass: null, traceback: null };

const CLAUSES: readonly [Blocker, string][] = [
  [{ reason: 'deferred', work, until: NOW + 90 }, 'is put off for another 1m30s'],
  [{ reason: 'waiting_its_turn', work, dueSince: MINUTE_AGO }, `waits its turn in ${QUEUE}, due for 1m00s`],
  [{ reason: 'running', work, since: MINUTE_AGO }, 'runs: a worker took it 1m00s ago'],
  [
    { reason: 'stale_claim', work, since: NOW - 7200, limitSeconds: 1800 },
    'was claimed 2h00m ago and has not ended; a claim counts as abandoned after 30m00s',
  ],
  [
    { reason: 'orphaned', state: 'executing', since: MINUTE_AGO },
    'is orphaned: it has been executing for 1m00s and has no work row, so no worker runs it; this release of Shaken Fist may not recover it',
  ],
  [
    { reason: 'undrained', work, why: { cause: 'no_node' } },
    `waits in ${QUEUE}, which nobody drains: there is no node`,
  ],
  [
    { reason: 'waits_for', operations: [related('queued'), related('executing', { type: 'node_op' })] },
    `waits for net_op ${OTHER} (queued), node_op ${OTHER} (executing)`,
  ],
  [
    { reason: 'blocked_by_failed', operations: [related('error'), related('abort', { since: null })] },
    `waits for net_op ${OTHER}, which failed 1m00s ago, and net_op ${OTHER}, which was aborted: it will never run`,
  ],
  [
    { reason: 'blocked_by_missing', operations: [related(null), related(null, { type: 'node_op' })] },
    `waits for net_op ${OTHER}, which does not exist, and node_op ${OTHER}, which does not exist: it will never run`,
  ],
  [{ reason: 'cycle', operations: [OPERATION] }, 'waits for itself: it will never run'],
  [
    { reason: 'cycle', operations: [OPERATION, OTHER, 'third'] },
    `waits for itself, through ${OTHER}, third: none of them will ever run`,
  ],
  [{ reason: 'complete', since: MINUTE_AGO }, 'is complete since 1m00s'],
  [
    { reason: 'folded', since: MINUTE_AGO, message: '' },
    'is complete since 1m00s: its work was done together with that of another operation',
  ],
  [{ reason: 'failed', since: MINUTE_AGO, error, message: 'short' }, 'failed 1m00s ago: no route'],
  [{ reason: 'failed', since: MINUTE_AGO, error: null, message: 'short' }, 'failed 1m00s ago: short'],
  [{ reason: 'failed', since: MINUTE_AGO, error: null, message: null }, 'failed 1m00s ago'],
  [{ reason: 'aborted', since: MINUTE_AGO, message: 'by hand' }, 'was aborted 1m00s ago: by hand'],
  [{ reason: 'aborted', since: MINUTE_AGO, message: null }, 'was aborted 1m00s ago'],
  [{ reason: 'gone', since: null }, 'is gone: Shaken Fist removes operations soon after they have ended'],
  [{ reason: 'unknown_state', state: null }, 'has no state, which is neither active nor ended'],
  [
    { reason: 'unknown_state', state: 'paused' },
    'is in the state "paused", which this version of sf-ops does not know',
  ],
  [{ reason: 'cannot_tell', why: 'too long' }, 'may or may not go on: too long'],
];

test.each(CLAUSES)('%j is told', (blocker, clause) => {
  expect(blockerClause(blocker, NOW)).toBe(clause);
});

test.each([
  [0, ''],
  [1, ', for the 1st time'],
  [2, ', for the 2nd time'],
  [3, ', for the 3rd time'],
  [4, ', for the 4th time'],
  [10, ', for the 10th time'],
  [11, ', for the 11th time'],
  [12, ', for the 12th time'],
  [13, ', for the 13th time'],
  [14, ', for the 14th time'],
  [21, ', for the 21st time'],
  [111, ', for the 111th time'],
  [113, ', for the 113th time'],
  [122, ', for the 122nd time'],
])('put off %d times%s', (deferCount, words) => {
  const blocker: Blocker = { reason: 'deferred', work: workRow({ deferCount }), until: NOW + 5 };
  expect(blockerClause(blocker, NOW)).toBe(`is put off for another 5s${words}`);
});

describe('for people', () => {
  const naming = { uuid: (uuid: string) => uuid.slice(0, 8), queue: (name: string) => `<${name}>` };

  test.each<[Blocker, string]>([
    [{ reason: 'waiting_its_turn', work, dueSince: NOW }, `waits its turn in <${QUEUE}>, due for 0s`],
    [{ reason: 'waits_for', operations: [related('queued')] }, 'waits for net_op 70000002 (queued)'],
    [
      { reason: 'cycle', operations: [OPERATION, OTHER] },
      'waits for itself, through 70000002: none of them will ever run',
    ],
    [
      { reason: 'undrained', work, why: { cause: 'no_node' } },
      `waits in <${QUEUE}>, which nobody drains: there is no node`,
    ],
  ])('%j has short names', (blocker, clause) => {
    expect(blockerClause(blocker, NOW, naming)).toBe(clause);
  });
});
