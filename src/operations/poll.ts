import type { Deadline } from '../database/limits.js';
import { sleep } from './time.js';

/** The first pause; each one is longer than the one before, up to the interval. */
const FIRST_PAUSE_SECONDS = 0.1;
const GROWTH = 1.6;
/** What the last round gets before the deadline, so that it can still be answered in time. */
const LAST_ROUND_SECONDS = 0.04;

export interface PollOptions {
  /** Seconds between two rounds once polling has settled. */
  every: number;
  /** Seconds before the second round; each later pause is longer, up to `every`. */
  first?: number;
  deadline: Deadline;
  /** Ends the polling, a pause included. */
  signal: AbortSignal;
  /** The part of a pause by which it is longer or shorter at random, so that many programs do not stay in step. */
  jitter?: number;
  /** From 0 up to, not including, 1. */
  random?: () => number;
}

export interface Round {
  /** No round follows: the deadline is here. */
  isLast: boolean;
}

/**
 * Rounds of looking at something, the first at once and the last just before the deadline; a deadline of 0 seconds gives
 * one round. The consumer leaves the loop when it has seen enough. It ends by itself after the last round, and when the
 * signal is aborted.
 */
export async function* poll(options: PollOptions): AsyncGenerator<Round> {
  const { deadline, signal } = options;
  const left = (): number => deadline.remaining() - LAST_ROUND_SECONDS;
  for (const pause of pauses(options)) {
    if (signal.aborted) return;
    const isLast = left() <= 0;
    yield { isLast };
    if (isLast) return;
    await sleep(Math.max(0, Math.min(pause, left())), signal);
  }
}

/** Seconds between one round and the next, without end: they grow up to the interval, and vary by the jitter. */
export function* pauses({
  every,
  first = FIRST_PAUSE_SECONDS,
  jitter = 0.1,
  random = Math.random,
}: Pick<PollOptions, 'every' | 'first' | 'jitter' | 'random'>): Generator<number, never> {
  for (let pause = Math.min(every, first); ; pause = Math.min(every, pause * GROWTH))
    yield pause * (1 - jitter + 2 * jitter * random());
}
