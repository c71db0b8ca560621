import { describe, expect, test } from '@jest/globals';
import { answerFor, answerForAll } from '../../../src/core/gate/gate-answer.js';
import {
  evidenceWarnings,
  isDying,
  isGoingAway,
  isGone,
  isUnheardOf,
  type NetworkEvidence,
} from '../../../src/core/gate/gate-evidence.js';
import type { Check } from '../../../src/core/gate/host-rules.js';
import { blockerOf } from '../../../src/core/operations/blocker.js';
import type { OperationRecord } from '../../../src/core/operations/operation-record.js';
import {
  targetedOperations,
  worstFirst,
  type TargetedOperation,
} from '../../../src/core/operations/targeted-operation.js';
import { cluster, NOW, OPERATION, OTHER, record, workRow } from '../operations/records.js';

const NETWORK = '11111111-1111-4111-8111-111111111111';
const ROW = { name: 'lan', namespace: 'system', vxid: 1, provideDhcp: true, provideDns: false };

function operation(more: Partial<OperationRecord> = {}, createdAt = NOW - 60): TargetedOperation {
  const target = { sequenceNumber: 1, objectType: 'network', uuid: NETWORK, createdAt, observational: false };
  return { target, record: record(more), blocker: blockerOf(record(more), cluster(), NOW) };
}

function evidence(
  state: string | null,
  pending: TargetedOperation[] = [],
  more: Partial<NetworkEvidence['network']> = {},
): NetworkEvidence {
  return { network: { uuid: NETWORK, row: ROW, state, ...more }, pending, observational: 0 };
}

const ORPHAN = { work: { value: [] } };
const BRIDGE: Check = { name: 'bridge', result: 'pass', detail: 'it is up' };

describe('a network', () => {
  test('that the database has never heard of has no row, no state and no operation', () => {
    expect(isUnheardOf(evidence(null, [], { row: null }))).toBe(true);
    expect(isUnheardOf(evidence(null))).toBe(false);
    expect(isUnheardOf(evidence('created', [], { row: null }))).toBe(false);
    expect(isUnheardOf(evidence(null, [operation()], { row: null }))).toBe(false);
  });

  test.each<[string, boolean, boolean]>([
    ['deleted', true, false],
    ['hard-deleted', true, false],
    ['delete-wait', false, true],
    ['created', false, false],
    ['error', false, false],
  ])('that is %s: gone %p, going away %p', (state, gone, goingAway) => {
    expect(isGone(evidence(state))).toBe(gone);
    expect(isGoingAway(evidence(state))).toBe(goingAway);
    expect(isDying(evidence(state))).toBe(gone || goingAway);
  });

  test('with an operation on it is still there', () => {
    for (const state of ['deleted', 'delete-wait'])
      expect(isDying(evidence(state, [operation()]))).toBe(false);
  });
});

describe('warnings', () => {
  const of = (one: NetworkEvidence): string[] => evidenceWarnings(one, NOW);

  test('tell that a network is half gone under what excuses it', () => {
    expect(of(evidence('created', [operation()]))).toEqual([]);
    expect(of(evidence('delete-wait', [operation()]))).toEqual(['it is going away (delete-wait)']);
    expect(of(evidence('deleted', [operation()]))).toEqual(['its state is deleted']);
    expect(of(evidence('error', [operation()]))).toEqual(['its state is error']);
    expect(of(evidence('error', [operation()], { row: null }))).toEqual([
      'its row in networks is gone',
      'its state is error',
    ]);
    expect(of(evidence('created', [operation()], { row: null }))).toEqual(['its row in networks is gone']);
  });

  test('say nothing of it where nothing excuses it: the verdict does', () => {
    expect(of(evidence('error', [], { row: null }))).toEqual([]);
  });

  test('name what will never run, and what nobody can tell', () => {
    const unseen = operation({ uuid: OTHER, type: null, work: { unknown: 'too long' } });
    expect(of(evidence('created', [operation(ORPHAN), operation(), unseen]))).toEqual([
      expect.stringMatching(new RegExp(`^net_op ${OPERATION} is orphaned: it has been queued for 1m00s`)),
      `operation ${OTHER} may or may not go on: too long`,
    ]);
  });

  test('count what only measures', () => {
    expect(of({ ...evidence('created'), observational: 2 })).toEqual([
      '2 operations on it only measure, and do not count as pending',
    ]);
  });
});

describe('the answer for one network', () => {
  test('tells the network, the verdict and how far was looked', () => {
    expect(answerFor(evidence('created'), [BRIDGE], false, NOW)).toEqual({
      ...{ network_uuid: NETWORK, name: 'lan', namespace: 'system', state: 'created' },
      ...{ okay: true, verdict: 'healthy', reason: 'nothing is pending and it is created' },
      ...{ scope: 'host', pending: [], oldest_pending_age_seconds: null, checks: [BRIDGE], warnings: [] },
    });
  });

  test('without a look at the machine, health is doubtful, and nothing else is', () => {
    expect(answerFor(evidence('created'), null, false, NOW)).toMatchObject({
      ...{ scope: 'database', checks: [], verdict: 'healthy' },
      warnings: ['only the database was asked: bridge, dnsmasq and mesh are not known'],
    });
    expect(answerFor(evidence('error'), null, false, NOW)).toMatchObject({ verdict: 'dead', warnings: [] });
  });

  test('a network whose row is gone has no name', () => {
    const answer = answerFor(evidence('created', [], { row: null }), null, false, NOW);
    expect(answer).toMatchObject({ name: null, namespace: null, state: 'created', okay: null });
  });

  test('the oldest pending operation tells how long, in milliseconds, never less than nothing', () => {
    const age = (...times: number[]): number | null =>
      answerFor(
        evidence(
          'created',
          times.map((time) => operation({}, time)),
        ),
        null,
        false,
        NOW,
      ).oldest_pending_age_seconds;
    expect(age(NOW - 10, NOW - 30.0004, NOW - 20)).toBe(30);
    expect(age(NOW - 0.5)).toBe(0.5);
    expect(age(NOW + 5)).toBe(0);
  });

  test('strictness reaches the verdict', () => {
    const stuck = evidence('created', [operation(ORPHAN)]);
    expect([false, true].map((strict) => answerFor(stuck, [], strict, NOW).verdict)).toEqual([
      'pending',
      'stuck',
    ]);
  });
});

describe('the answer for all', () => {
  const consistency = { node: 'db1', causal: true };
  const good = answerFor(evidence('created'), [BRIDGE], false, NOW);
  const bad = answerFor(evidence('error'), [BRIDGE], false, NOW);

  test('is as good as the worst, and lists those that go away', () => {
    const nameless = evidence('deleted', [], { row: null });
    expect(answerForAll([good, bad], [evidence('delete-wait'), nameless], consistency, ['behind'])).toEqual({
      okay: false,
      networks: [good, bad],
      going_away: [
        { network_uuid: NETWORK, name: 'lan', namespace: 'system', state: 'delete-wait' },
        { network_uuid: NETWORK, name: null, namespace: null, state: 'deleted' },
      ],
      read_consistency: consistency,
      warnings: ['behind'],
    });
    expect(answerForAll([good], [], consistency, []).okay).toBe(true);
  });

  test('about nothing says so', () => {
    expect(answerForAll([], [], consistency, ['behind'])).toMatchObject({
      okay: null,
      warnings: ['there is no network to decide', 'behind'],
    });
  });
});

describe('operations by target', () => {
  test('what will not go on comes first, else they stay in order', () => {
    const [a, b, c, d] = [
      operation({ uuid: 'a' }),
      operation({ uuid: 'b', ...ORPHAN }),
      operation({ uuid: 'c' }),
      operation({ uuid: 'd', ...ORPHAN }),
    ];
    const given = [a, b, c, d];
    expect(worstFirst(given).map(({ record: { uuid } }) => uuid)).toEqual(['b', 'd', 'a', 'c']);
    expect(given[0]).toBe(a);
  });

  test('each is told why it does not go on, the same for all its targets', () => {
    const { target } = operation();
    const held = record({ work: { value: [workRow({ claimedAt: NOW - 9999 })] } });
    const found = targetedOperations(
      [
        { target, record: held },
        { target, record: held },
      ],
      cluster(),
      NOW,
    );
    expect(found.map(({ blocker: { reason } }) => reason)).toEqual(['stale_claim', 'stale_claim']);
    expect(found[1]!.blocker).toBe(found[0]!.blocker);
    expect(found[0]).toMatchObject({ target, record: held });
  });
});
