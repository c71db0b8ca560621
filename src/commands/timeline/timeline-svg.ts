import type { Lifetime } from '../../core/operations/lifetime.js';
import { positionOn, timeAxis, type TimeAxis } from '../../core/time-axis.js';
import { CHARACTER_WIDTH, element, escapeMarkup, type Drawing } from '../../render/svg.js';
import { cutEnd } from '../../render/width.js';
import { spanOf, type Timeline } from './timeline.js';
import { lifetimeSentence, signOf, WallClock } from './words.js';

const LEFT = 236;
const BARS = 560;
const RIGHT = 360;
const ROW = 24;
const TOP = 62;
const MARGIN = 16;
/** Of a bar whose times are the same. */
const LEAST = 2;

const STYLE = `.waited{fill:var(--line)}.ran{fill:var(--active)}.untold{fill:var(--line);stroke:var(--dim);stroke-dasharray:3 2}.grid{stroke:var(--line);stroke-width:.6}.good.ran{fill:var(--good)}.bad.ran{fill:var(--bad)}`;

/** For a ticket: bars on an axis in UTC, with what each operation waited and ran. */
export function timelineDrawing({ subject, lifetimes, names, now }: Timeline): Drawing {
  const clock = new WallClock(true);
  const { from, to } = lifetimes.length === 0 ? { from: now - 1, to: now } : spanOf(lifetimes, now);
  const axis = timeAxis(from, to, 8, 0);
  const height = TOP + lifetimes.length * ROW + MARGIN;
  const days = [...new Set([clock.day(from), clock.day(to)])].join(' to ');
  const heading = `${names.object(subject.objectType, subject.uuid)}, ${days}, UTC`;
  const marks = axis.marks.map((mark) => {
    const x = LEFT + positionOn(axis, mark, BARS);
    return (
      element('line', { x1: x, y1: TOP - 12, x2: x, y2: height - MARGIN, class: 'grid' }) +
      element('text', { x, y: TOP - 18, 'text-anchor': 'middle', class: 'dim' }, clock.mark(mark, axis.step))
    );
  });
  return {
    width: LEFT + BARS + RIGHT + MARGIN,
    height,
    title: heading,
    style: STYLE,
    body: [
      element('text', { x: MARGIN, y: 20, class: 'strong' }, escapeMarkup(heading)),
      ...marks,
      ...lifetimes.map((lifetime, index) =>
        drawRow(lifetime, TOP + index * ROW, axis, names.uuid(lifetime.uuid), now),
      ),
    ].join('\n'),
  };
}

function drawRow(lifetime: Lifetime, y: number, axis: TimeAxis, name: string, now: number): string {
  const { uuid, operationType, tasks, createdAt, startedAt, endedAt, outcome, state } = lifetime;
  const at = (time: number): number => LEFT + positionOn(axis, time, BARS);
  const begin = at(createdAt);
  const isOpen = outcome === 'pending' || outcome === 'unknown';
  const end = Math.max(begin + LEAST, at(endedAt ?? (isOpen ? now : createdAt)));
  const meaning = { complete: 'good', error: 'bad', abort: 'bad' }[outcome as string] ?? '';
  const bar = (x: number, to: number, kind: string): string =>
    to <= x ? '' : element('rect', { x, y: y - 11, width: to - x, height: 14, rx: 2, class: kind });
  const start = startedAt === null ? null : Math.min(end - LEAST, Math.max(begin, at(startedAt)));
  const bars =
    start === null
      ? bar(begin, end, state === 'queued' ? 'waited' : 'untold')
      : bar(begin, start, 'waited') + bar(start, end, `ran ${meaning}`);
  const label = `${name} ${operationType ?? '-'}`;
  const sentence = lifetimeSentence(lifetime, now);
  return element(
    'g',
    {},
    element('title', {}, escapeMarkup(`${uuid} ${tasks.join(', ')}: ${sentence}`)),
    element(
      'text',
      { x: MARGIN, y },
      escapeMarkup(cutEnd(label, Math.floor((LEFT - MARGIN - 8) / CHARACTER_WIDTH), '…')),
    ),
    bars,
    element('text', { x: end + 5, y, class: `strong ${meaning}` }, signOf(lifetime)),
    element(
      'text',
      { x: LEFT + BARS + 24, y, class: 'dim' },
      escapeMarkup(cutEnd(sentence, Math.floor((RIGHT - 24) / CHARACTER_WIDTH), '…')),
    ),
  );
}
