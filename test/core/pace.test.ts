import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextPace, type ServerLoad } from '../../src/core/pace.js';

const QUIET: ServerLoad = { batchSeconds: 0.1, isPaused: null, receiveQueue: null, lagSeconds: null };

const GALERA = { isPaused: false, receiveQueue: 0 };

test('as long a rest as the batch took, and never less than was asked for', () => {
  expect(nextPace(500, QUIET, 500, 0)).toEqual({ batch: 500, pauseSeconds: 0.1, why: null });
  expect(nextPace(500, QUIET, 500, 2).pauseSeconds).toBe(2);
  expect(nextPace(500, { ...QUIET, ...GALERA }, 500, 0).pauseSeconds).toBeCloseTo(0.3);
});

test('batches shrink when they get slow, and grow back slowly', () => {
  expect(nextPace(500, { ...QUIET, ...GALERA, batchSeconds: 0.041 }, 500, 0).batch).toBe(250);
  expect(nextPace(100, { ...QUIET, ...GALERA, batchSeconds: 0.014 }, 500, 0).batch).toBe(125);
  expect(nextPace(500, { ...QUIET, batchSeconds: 0.5 }, 500, 0).batch).toBe(250);
  expect(nextPace(250, { ...QUIET, batchSeconds: 0.01 }, 500, 0).batch).toBe(313);
  expect(nextPace(450, { ...QUIET, batchSeconds: 0.01 }, 500, 0).batch).toBe(500);
});

test.each<[Partial<ServerLoad>, string]>([
  [{ isPaused: true }, 'flow control holds writers back'],
  [{ receiveQueue: 17 }, '17 write sets wait to be applied'],
  [{ lagSeconds: 11.4 }, 'the replica is 11 s behind'],
])('it waits a second, and says why, where others suffer: %p', (load, why) => {
  expect(nextPace(500, { ...QUIET, ...load }, 500, 0)).toEqual({ batch: 250, pauseSeconds: 1, why });
});

test.each<[Partial<ServerLoad>]>([
  [{ receiveQueue: 16, batchSeconds: 0.03 }],
  [{ lagSeconds: 10 }],
  [{ isPaused: false }],
  [{}],
])('a little of it is no reason: %p', (load) => {
  expect(nextPace(500, { ...QUIET, ...load }, 500, 0)).toMatchObject({ batch: 500, why: null });
});

test('a batch that is neither slow nor quick stays as it is', () => {
  for (const batchSeconds of [0.015, 0.03, 0.04])
    expect(nextPace(100, { ...QUIET, ...GALERA, batchSeconds }, 500, 0).batch).toBe(100);
  for (const batchSeconds of [0.05, 0.1, 0.2])
    expect(nextPace(100, { ...QUIET, batchSeconds }, 500, 0).batch).toBe(100);
});

test('whatever is measured, a batch is never empty and never larger than was asked for', () => {
  const load = fc.record({
    batchSeconds: fc.double({ min: 0, max: 100, noNaN: true }),
    isPaused: fc.option(fc.boolean()),
    receiveQueue: fc.option(fc.nat(100)),
    lagSeconds: fc.option(fc.nat(100)),
  });
  fc.assert(
    fc.property(fc.array(load, { maxLength: 40 }), fc.integer({ min: 1, max: 5000 }), (loads, most) => {
      let batch = most;
      for (const one of loads) {
        const pace = nextPace(batch, one, most, 0);
        batch = pace.batch;
        expect(batch).toBeGreaterThanOrEqual(1);
        expect(batch).toBeLessThanOrEqual(most);
        expect(pace.pauseSeconds).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
