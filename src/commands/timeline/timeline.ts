import type { Names } from '../../core/names.js';
import type { Lifetime } from '../../core/operations/lifetime.js';
import type { Uuid } from '../../core/uuid.js';

/** What a timeline shows. */
export interface Timeline {
  subject: { objectType: string; uuid: Uuid };
  /** Oldest first. */
  lifetimes: readonly Lifetime[];
  /** Whether there are older ones. */
  isCut: boolean;
  names: Names;
  /** Unix seconds. */
  now: number;
}

/** From the first that came to the last that happened. */
export function spanOf(lifetimes: readonly Lifetime[], now: number): { from: number; to: number } {
  const from = lifetimes.reduce((least, { createdAt }) => Math.min(least, createdAt), Infinity);
  const to = lifetimes.reduce(
    (most, { createdAt, endedAt, outcome }) =>
      Math.max(most, outcome === 'pending' || outcome === 'unknown' ? now : (endedAt ?? createdAt)),
    -Infinity,
  );
  return { from, to };
}
