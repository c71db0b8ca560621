import { describe, expect, test } from '@jest/globals';
import { deadlineIn, NO_DEADLINE } from '../../src/database/limits.js';
import { pauses, poll, type PollOptions } from '../../src/operations/poll.js';
import { SeededRandom } from '../torture/random.js';

const options = (some: Partial<PollOptions>): PollOptions => ({
  every: 0.02,
  deadline: NO_DEADLINE,
  signal: new AbortController().signal,
  ...some,
});

describe('polling', () => {
  test('without any time there is one round', async () => {
    const rounds = [];
    for await (const round of poll(options({ deadline: deadlineIn(0) }))) rounds.push(round);
    expect(rounds).toEqual([{ isLast: true }]);
  });

  test('the last round is just before the deadline, and only it is the last', async () => {
    const deadline = deadlineIn(0.3);
    const rounds: boolean[] = [];
    let left = Infinity;
    for await (const { isLast } of poll(options({ deadline }))) {
      rounds.push(isLast);
      left = deadline.remaining();
    }
    expect(rounds.length).toBeGreaterThan(2);
    expect(rounds.filter(Boolean)).toEqual([true]);
    expect(rounds.at(-1)).toBe(true);
    expect(left).toBeLessThan(0.05);
  });

  test('pauses grow to the interval, and vary by the jitter', async () => {
    const began = process.hrtime.bigint();
    const times: number[] = [];
    for await (const { isLast } of poll(options({ every: 0.2, random: () => 0.5 }))) {
      expect(isLast).toBe(false);
      times.push(Number(process.hrtime.bigint() - began) / 1e9);
      if (times.length === 5) break;
    }
    // Timers are late on a busy machine, never early.
    const least = [0, 0.1, 0.26, 0.46, 0.66];
    for (const [index, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(least[index]! - 0.002);
  });

  test('a signal ends a pause', async () => {
    const controller = new AbortController();
    let rounds = 0;
    for await (const { isLast } of poll(options({ every: 3600, signal: controller.signal }))) {
      rounds += isLast ? 0 : 1;
      if (rounds === 2) setTimeout(() => controller.abort('SIGINT'), 10);
    }
    expect(rounds).toBe(2);
  });
});

/** How long after an end, and after how many rounds, the next round comes. */
function noticed(end: number, every: number, random: () => number): { delay: number; rounds: number } {
  let [at, rounds] = [0, 1];
  for (const pause of pauses({ every, random })) {
    if (at >= end) break;
    at += pause;
    rounds += 1;
  }
  return { delay: at - end, rounds };
}

describe('an end at any moment', () => {
  const random = new SeededRandom(1);
  const fraction = (): number => random.fraction();
  const ends = (within: number): number[] => Array.from({ length: 2_000 }, () => within * fraction());

  test.each([0.2, 1, 5])('is noticed within an interval of %d s, on average within half of it', (every) => {
    const delays = ends(100 * every).map((end) => noticed(end, every, fraction).delay / every);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1.1);
    const average = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(average).toBeGreaterThan(0.4);
    expect(average).toBeLessThan(0.6);
  });

  test('a short wait is noticed sooner, by few more rounds', () => {
    const short = ends(1).map((end) => noticed(end, 1, fraction));
    expect(short.reduce((sum, { delay }) => sum + delay, 0) / short.length).toBeLessThan(0.25);
    expect(Math.max(...short.map(({ rounds }) => rounds))).toBeLessThanOrEqual(6);
    for (const end of ends(100)) expect(noticed(end, 1, fraction).rounds).toBeLessThanOrEqual(end / 0.9 + 6);
  });
});
