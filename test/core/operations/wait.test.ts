import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../../src/core/operations/state.js';
import {
  beginWait,
  exitCodeOfWait,
  isFolded,
  observe,
  outcomeAtDeadline,
  outcomeOf,
  pendingOf,
  type Look,
  type SeenOperation,
  type WaitOptions,
  type WaitProgress,
} from '../../../src/core/operations/wait.js';

const A = 'aaaaaaaa-0000-4000-8000-000000000000';
const B = 'bbbbbbbb-0000-4000-8000-000000000000';

const seen = (uuid: string, state: string | null, message: string | null = null): SeenOperation => ({
  uuid,
  operationType: 'net_op',
  state,
  since: 1000,
  message,
});
const options = (some: Partial<WaitOptions> = {}): WaitOptions => ({
  operations: [A],
  any: false,
  failFast: false,
  newOnly: false,
  once: false,
  ...some,
});
/** Looks a second apart. */
function watch(wait: WaitOptions, looks: readonly SeenOperation[][], causal = true): WaitProgress {
  return looks.reduce(
    (progress, seen, index) => observe(progress, { at: 1000 + index, causal, seen }, wait),
    beginWait(wait),
  );
}
const outcome = (wait: WaitOptions, looks: readonly SeenOperation[][], causal = true): string | null =>
  outcomeOf(watch(wait, looks, causal), wait);

describe('waiting for operations', () => {
  test.each([
    ['complete', 'complete', 0],
    ['error', 'failed', 5],
    ['abort', 'aborted', 5],
    ['deleted', 'gone', 6],
  ] as const)('%s ends it as %s', (state, expected, exitCode) => {
    expect(outcome(options(), [[seen(A, 'queued')], [seen(A, state)]])).toBe(expected);
    expect(exitCodeOfWait(expected, false)).toBe(exitCode);
  });

  test.each([...ACTIVE_STATES, 'hibernating', null])('%s does not', (state) => {
    expect(outcome(options(), [[seen(A, state)]])).toBeNull();
  });

  test('an operation that is put off again has not ended', () => {
    expect(outcome(options(), [[seen(A, 'executing')], [seen(A, 'queued')]])).toBeNull();
  });

  test('one that has ended has ended, whatever becomes of its rows', () => {
    const wait = options({ operations: [A, B] });
    const progress = watch(wait, [[seen(A, 'error'), seen(B, 'queued')], [seen(B, 'queued')]]);
    expect(progress.waited.get(A)).toMatchObject({ outcome: 'failed', seen: { state: 'error' } });
  });

  test('one that was seen and is missing is gone, with its last state', () => {
    const wait = options();
    const progress = watch(wait, [[seen(A, 'executing')], []]);
    expect(outcomeOf(progress, wait)).toBe('gone');
    expect(progress.waited.get(A)).toMatchObject({ seen: { state: 'executing' }, lastSeenAt: 1000 });
  });

  test('one that was never seen is looked for again', () => {
    expect(outcome(options(), [[]])).toBeNull();
    expect(outcome(options(), [[], [seen(A, 'queued')]])).toBeNull();
    expect(outcome(options(), [[], []])).toBe('gone');
    expect(outcome(options({ once: true }), [[]])).toBe('gone');
  });

  test('on a server that may lag, missing means little', () => {
    const missing = Array.from({ length: 10 }, (): SeenOperation[] => []);
    expect(outcome(options(), [[seen(A, 'queued')], ...missing], false)).toBeNull();
    expect(outcome(options(), [[seen(A, 'queued')], ...missing, []], false)).toBe('gone');
  });

  test('folded into a sibling is complete', () => {
    const wait = options();
    const progress = watch(wait, [[seen(A, 'complete', 'coalesced into sibling op')]]);
    expect(outcomeOf(progress, wait)).toBe('complete');
    expect(isFolded(progress.waited.get(A)!)).toBe(true);
    expect(isFolded(watch(wait, [[seen(A, 'complete')]]).waited.get(A)!)).toBe(false);
    const said = (state: string, message: string): boolean =>
      isFolded(watch(wait, [[seen(A, state, message)]]).waited.get(A)!);
    expect(said('complete', 'coalesced into sibling op 70000001')).toBe(true);
    expect(said('complete', 'was not coalesced into sibling op')).toBe(false);
    expect(said('error', 'coalesced into sibling op')).toBe(false);
    expect(isFolded({ ...beginWait(wait).waited.get(A)!, outcome: 'complete' })).toBe(false);
  });

  test('of two state rows of one operation the active one counts', () => {
    for (const rows of [
      [seen(A, 'complete'), seen(A, 'queued')],
      [seen(A, 'queued'), seen(A, 'complete')],
    ])
      expect(outcome(options(), [rows])).toBeNull();
    expect(outcome(options(), [[seen(A, 'complete'), seen(A, 'complete')]])).toBe('complete');
  });

  test('nothing has ended before the first look, and what has not is still pending', () => {
    const wait = options({ operations: [A, B] });
    expect(outcomeOf(beginWait(options({ operations: [] })), wait)).toBeNull();
    const progress = watch(wait, [[seen(A, 'complete'), seen(B, 'queued')]]);
    expect(pendingOf(progress).map(({ uuid }) => uuid)).toEqual([B]);
    expect(progress.looks).toBe(1);
  });

  test('what is seen beside them is not waited for', () => {
    const progress = watch(options(), [[seen(A, 'queued'), seen(B, 'queued')]]);
    expect([...progress.waited.keys()]).toEqual([A]);
  });

  test('of several the worst counts, when all have ended', () => {
    const wait = options({ operations: [A, B] });
    expect(outcome(wait, [[seen(A, 'error'), seen(B, 'queued')]])).toBeNull();
    expect(outcome(wait, [[seen(A, 'error'), seen(B, 'complete')]])).toBe('failed');
    expect(outcome(wait, [[seen(A, 'abort'), seen(B, 'complete')]])).toBe('aborted');
  });

  test('--fail-fast ends with the first that does not complete', () => {
    const wait = options({ operations: [A, B], failFast: true });
    expect(outcome(wait, [[seen(A, 'complete'), seen(B, 'queued')]])).toBeNull();
    expect(outcome(wait, [[seen(A, 'error'), seen(B, 'queued')]])).toBe('failed');
  });

  test('--any ends with the first that ends', () => {
    const wait = options({ operations: [A, B], any: true });
    expect(outcome(wait, [[seen(A, 'complete'), seen(B, 'queued')]])).toBe('complete');
    expect(outcome(wait, [[seen(A, 'error'), seen(B, 'queued')]])).toBe('failed');
    expect(outcome(wait, [[seen(A, 'error'), seen(B, 'complete')]])).toBe('complete');
  });

  test('at the deadline, what has failed has failed', () => {
    const wait = options({ operations: [A, B] });
    const at = (...states: string[]): string =>
      outcomeAtDeadline(watch(wait, [[seen(A, states[0]!), seen(B, states[1]!)]]), wait);
    expect(at('complete', 'queued')).toBe('timeout');
    expect(at('error', 'queued')).toBe('failed');
  });

  test('a look at a state that nobody knows tells nothing', () => {
    const wait = options({ once: true });
    expect(outcomeAtDeadline(watch(wait, [[seen(A, 'hibernating')]]), wait)).toBe('unknown');
    expect(outcomeAtDeadline(watch(wait, [[seen(A, 'queued')]]), wait)).toBe('timeout');
    expect(outcomeAtDeadline(beginWait(wait), wait)).toBe('timeout');
    const two = options({ operations: [A, B], once: true });
    expect(outcomeAtDeadline(watch(two, [[seen(A, 'queued'), seen(B, 'hibernating')]]), two)).toBe('unknown');
    expect(outcomeAtDeadline(watch(options(), [[seen(A, 'hibernating')]]), options())).toBe('timeout');
    expect(exitCodeOfWait('unknown', true)).toBe(69);
    expect(exitCodeOfWait('timeout', true)).toBe(8);
    expect(exitCodeOfWait('timeout', false)).toBe(4);
  });
});

describe('waiting for objects', () => {
  const object = (some: Partial<WaitOptions> = {}): WaitOptions => options({ operations: null, ...some });

  test('nothing pending is complete at once, whatever ended before', () => {
    expect(outcome(object(), [[]])).toBe('complete');
    expect(outcome(object(), [[seen(A, 'error')]])).toBe('complete');
  });

  test('what was there when it began counts only while it is active', () => {
    expect(outcome(object(), [[seen(A, 'error')], [seen(A, 'error')]])).toBe('complete');
    expect(outcome(object(), [[seen(A, 'error')], [seen(A, 'queued')]])).toBeNull();
    expect(outcome(object(), [[seen(A, 'hibernating')]])).toBe('complete');
    const progress = watch(object(), [[seen(A, 'error'), seen(B, 'queued')]]);
    expect([[...progress.ignored], [...progress.waited.keys()]]).toEqual([[A], [B]]);
  });

  test('an end that was seen stays the end, whatever the rows say later', () => {
    const looks = [[seen(A, 'queued')], [seen(A, 'error')], [seen(A, 'complete')]];
    expect(outcome(object(), looks)).toBe('failed');
  });

  test('an operation that comes meanwhile counts', () => {
    expect(outcome(object(), [[seen(A, 'queued')], [seen(A, 'complete'), seen(B, 'queued')]])).toBeNull();
  });

  test('one that comes and fails between two looks is not missed', () => {
    expect(outcome(object(), [[seen(A, 'queued')], [seen(A, 'complete'), seen(B, 'error')]])).toBe('failed');
  });

  test('--new-only waits for what was not there, and at least for one', () => {
    const wait = object({ newOnly: true });
    expect(outcome(wait, [[]])).toBeNull();
    expect(outcome(wait, [[seen(A, 'queued')], [seen(A, 'error')]])).toBeNull();
    expect(outcome(wait, [[seen(A, 'queued')], [seen(A, 'queued'), seen(B, 'complete')]])).toBe('complete');
  });
});

/** What really happens to operations, second by second; null: deleted. */
const life = fc
  .tuple(
    fc.array(fc.constantFrom('queued', 'executing', 'hibernating'), { minLength: 1, maxLength: 5 }),
    fc.constantFrom<string | null>('complete', 'error', 'abort', 'deleted', null),
    fc.boolean(),
  )
  .map(([before, end, isDeletedLater]) => [...before, end, ...(isDeletedLater ? [null] : [])]);

test('whenever one looks: no end that did not happen, none missed, none called complete that was not', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.uuid({ version: 4 }), life, { minKeys: 1, maxKeys: 6 }),
      fc.array(fc.nat(8), { minLength: 1, maxLength: 10 }),
      (lives, times) => {
        const wait = options({ operations: Object.keys(lives) });
        const at = (uuid: string, time: number): string | null => {
          const states = lives[uuid]!;
          return states[Math.min(time, states.length - 1)]!;
        };
        let progress = beginWait(wait);
        for (const time of [...times.sort((a, b) => a - b), 100, 102]) {
          const found = Object.keys(lives).filter((uuid) => at(uuid, time) !== null);
          const look: Look = {
            at: time,
            causal: true,
            seen: found.map((uuid) => seen(uuid, at(uuid, time))),
          };
          progress = observe(progress, look, wait);
          for (const { uuid, outcome } of progress.waited.values()) {
            const past = lives[uuid]!.slice(0, time + 1);
            if (outcome === 'complete') expect(past).toContain('complete');
            if (outcome === 'failed') expect(past).toContain('error');
            if (outcome === 'aborted') expect(past).toContain('abort');
            if (outcome === 'gone') expect([null, 'deleted']).toContain(past.at(-1));
            if (outcome === 'pending') expect(TERMINAL_STATES).not.toContain(at(uuid, time));
          }
        }
        expect(outcomeOf(progress, wait)).not.toBeNull();
      },
    ),
  );
});
