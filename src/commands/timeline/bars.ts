import type { Lifetime } from '../../core/operations/lifetime.js';
import { positionOn, type TimeAxis } from '../../core/time-axis.js';
import { signOf, type WallClock } from './words.js';

/** Waited; ran; one of the two, the database does not tell which. */
const [WAITED, RAN, UNTOLD] = ['░', '█', '▒'];

/** A bar of `width` columns at most, its sign included: spaces up to where it begins. */
export function barText(lifetime: Lifetime, axis: TimeAxis, now: number, width: number): string {
  const { createdAt, startedAt, endedAt, outcome, state } = lifetime;
  const column = (time: number): number => Math.round(positionOn(axis, time, width - 1));
  const from = column(createdAt);
  const isOver = outcome !== 'pending' && outcome !== 'unknown';
  const to = outcome === 'gone' ? from : column(endedAt ?? (isOver ? createdAt : now));
  const start = startedAt === null ? null : Math.min(to, Math.max(from, column(startedAt)));
  const waited = state === 'queued' ? WAITED : UNTOLD;
  const drawn =
    start === null ? waited.repeat(to - from) : WAITED.repeat(start - from) + RAN.repeat(to - start);
  return `${' '.repeat(from)}${drawn}${signOf(lifetime)}`;
}

/** The marks of the axis, each where its time stands; one that has no room is left out. */
export function axisText(axis: TimeAxis, clock: WallClock, width: number): string {
  let text = '';
  for (const mark of axis.marks) {
    const at = Math.round(positionOn(axis, mark, width - 1));
    const label = clock.mark(mark, axis.step);
    if (at < text.length + (text === '' ? 0 : 2) || at + label.length > width) continue;
    text = text.padEnd(at) + label;
  }
  return text;
}

/** What the signs mean, those that are used. */
export function legendText(lifetimes: readonly Lifetime[], now: number, axis: TimeAxis): string {
  const all = lifetimes.map((lifetime) => barText(lifetime, axis, now, 60)).join('');
  const meanings = [
    [WAITED, 'waited'],
    [RAN, 'ran'],
    [UNTOLD, 'waited or ran, nothing tells which'],
  ] as const;
  return meanings
    .filter(([sign]) => all.includes(sign))
    .map(([sign, meaning]) => `${sign} ${meaning}`)
    .join('  ');
}
