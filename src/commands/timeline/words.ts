import { formatDuration } from '../../core/duration.js';
import type { Lifetime } from '../../core/operations/lifetime.js';
import type { Style } from '../../render/answer.js';

/** `waited 2m01s, ran 3m12s, error`; only what is known. */
export function lifetimeSentence(lifetime: Lifetime, now: number): string {
  const { createdAt, startedAt, endedAt, outcome, state } = lifetime;
  const between = (from: number, to: number): string => formatDuration(Math.max(0, to - from));
  if (outcome === 'gone') return 'gone: it has ended, or was deleted';
  if (outcome === 'unknown') return `in the state ${state ?? 'none'}`;
  if (outcome === 'pending') {
    return startedAt === null
      ? `${state} for ${between(createdAt, now)}`
      : `waited ${between(createdAt, startedAt)}, runs for ${between(startedAt, now)}`;
  }
  const end = endedAt ?? now;
  return startedAt === null
    ? `${outcome} after ${between(createdAt, end)}`
    : `waited ${between(createdAt, startedAt)}, ran ${between(startedAt, end)}, ${outcome}`;
}

/** What stands at the end of a bar. */
export function signOf({ outcome }: Lifetime): string {
  switch (outcome) {
    case 'complete':
      return '✓';
    case 'error':
    case 'abort':
    case 'deleted':
      return '✗';
    case 'pending':
      return '▸';
    default:
      return '?';
  }
}

export function styleOfOutcome({ outcome }: Lifetime): Style | undefined {
  switch (outcome) {
    case 'complete':
      return 'good';
    case 'error':
    case 'abort':
      return 'bad';
    case 'gone':
    case 'deleted':
      return 'dim';
    case 'unknown':
      return 'warning';
    case 'pending':
      return undefined;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as a clock on the wall shows it, `offset` seconds ahead of UTC. */
export class WallClock {
  constructor(private readonly utc: boolean) {}

  /** Seconds ahead of UTC at that moment. */
  offset(time: number): number {
    return this.utc ? 0 : -new Date(time * 1000).getTimezoneOffset() * 60;
  }

  /** `22 Nov`. */
  day(time: number): string {
    const date = this.#date(time);
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  }

  /** As exact as the distance of two marks needs it: `03:40`, `03:40:15`, `22 Nov`. */
  mark(time: number, step: number): string {
    if (step >= 86_400) return this.day(time);
    return this.#date(time)
      .toISOString()
      .slice(11, step >= 60 ? 16 : 19);
  }

  /** `UTC`, `+05:30`. */
  zone(time: number): string {
    const minutes = this.offset(time) / 60;
    if (minutes === 0) return 'UTC';
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
    return `UTC${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  }

  #date(time: number): Date {
    return new Date((time + this.offset(time)) * 1000);
  }
}
