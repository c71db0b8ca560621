import { ExitCode } from '../../core/exit-codes.js';
import type { Lifetime } from '../../core/operations/lifetime.js';
import { timeAxis, type TimeAxis } from '../../core/time-axis.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import type { Look } from '../../render/look.js';
import { svgFile } from '../../render/svg.js';
import { axisText, barText, legendText } from './bars.js';
import { timelineDrawing } from './timeline-svg.js';
import { spanOf, type Timeline } from './timeline.js';
import { lifetimeSentence, styleOfOutcome, WallClock } from './words.js';

/** Where nobody says how wide. */
const USUAL_WIDTH = 100;
/** From this width on a bar stands between name and sentence; below, they stand above it. */
const WIDE = 110;
const NAME_WIDTH = 22;
const SENTENCE_WIDTH = 46;
/** Columns of a mark with the space around it. */
const MARK_WIDTH = 10;

export function timelineAnswer(timeline: Timeline): AnyAnswer {
  const { subject, lifetimes, isCut, names, now } = timeline;
  return answerOf<Lifetime>({
    columns: [
      { name: 'operation_uuid', heading: 'OPERATION', value: (row) => row.uuid },
      { name: 'operation_type', heading: 'TYPE', value: (row) => row.operationType },
      { name: 'created_at', heading: 'CREATED', value: (row) => row.createdAt },
      { name: 'started_at', heading: 'STARTED', value: (row) => row.startedAt },
      { name: 'ended_at', heading: 'ENDED', value: (row) => row.endedAt },
      { name: 'outcome', heading: 'OUTCOME', value: (row) => row.outcome },
      { name: 'tasks', heading: 'TASKS', value: (row) => row.tasks.join(' ') },
    ],
    rows: lifetimes,
    record: lifetimeDocument,
    json: { document: () => ({ timeline: lifetimes.map(lifetimeDocument), truncated: isCut }) },
    before: (look) => (lifetimes.length === 0 ? [] : headingLines(timeline, look)),
    block: (lifetime, look) => barLines(lifetime, timeline, look),
    after: (look) => [
      ...(lifetimes.length === 0
        ? []
        : [{ text: legendText(lifetimes, now, axisOf(timeline, look).axis), style: 'dim' as const }]),
      ...(isCut ? [`Older ones are not shown: --limit ${2 * lifetimes.length} shows more.`] : []),
    ],
    empty: `No operation of ${names.object(subject.objectType, subject.uuid)} is recorded.`,
    exitCode: ExitCode.OK,
    special: { svg: { text: () => svgFile(timelineDrawing(timeline)) } },
  });
}

function lifetimeDocument(lifetime: Lifetime): object {
  const { uuid, operationType, createdAt, startedAt, endedAt, outcome, state, tasks } = lifetime;
  return {
    operation_uuid: uuid,
    operation_type: operationType,
    created_at: createdAt,
    started_at: startedAt,
    ended_at: endedAt,
    outcome,
    state,
    tasks,
  };
}

interface Place {
  axis: TimeAxis;
  clock: WallClock;
  isWide: boolean;
  /** Columns of the bars, and where they begin. */
  width: number;
  left: number;
}

function axisOf({ lifetimes, now }: Timeline, look: Look): Place {
  const total = look.width ?? USUAL_WIDTH;
  const isWide = total >= WIDE;
  const left = isWide ? NAME_WIDTH + 2 : 0;
  const width = isWide ? total - left - SENTENCE_WIDTH - 2 : total;
  const clock = new WallClock(look.utc);
  const { from, to } = spanOf(lifetimes, now);
  return {
    axis: timeAxis(from, to, Math.max(1, Math.floor(width / MARK_WIDTH)), clock.offset(to)),
    clock,
    isWide,
    width,
    left,
  };
}

function headingLines(timeline: Timeline, look: Look): Line[] {
  const { subject, names } = timeline;
  const { axis, clock, width, left } = axisOf(timeline, look);
  const days = [...new Set([clock.day(axis.from), clock.day(axis.to)])].join(' to ');
  return [
    {
      text: `${names.object(subject.objectType, subject.uuid)}, ${days}, ${clock.zone(axis.to)}`,
      style: 'strong',
    },
    { text: `${' '.repeat(left)}${axisText(axis, clock, width)}`, style: 'dim', keep: true },
  ];
}

function barLines(lifetime: Lifetime, timeline: Timeline, look: Look): Line[] {
  const { names, now } = timeline;
  const { axis, isWide, width } = axisOf(timeline, look);
  const style = styleOfOutcome(lifetime);
  const line = (text: string): Line => ({ text, keep: true, ...(style === undefined ? {} : { style }) });
  const bar = barText(lifetime, axis, now, width);
  const sentence = `${names.uuid(lifetime.uuid)} ${lifetimeSentence(lifetime, now)}`;
  const name = lifetime.operationType ?? '-';
  if (isWide)
    return [line(`${name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH)}  ${bar.padEnd(width)}  ${sentence}`)];
  return [{ text: `${name} ${sentence}`, style: 'dim', keep: true }, line(bar)];
}
