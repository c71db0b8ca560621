const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
/** Seconds between two marks: numbers that clocks have. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * DAY),
];

export interface TimeAxis {
  /** Unix seconds. */
  from: number;
  to: number;
  /** Where a mark stands, in unix seconds. */
  marks: readonly number[];
  /** Seconds between two marks. */
  step: number;
}

/**
 * An axis from the first time to the last, with marks at round times of day.
 *
 * @param mostMarks for which there is room
 * @param offset seconds by which the clock on the wall is ahead of UTC
 */
export function timeAxis(from: number, to: number, mostMarks: number, offset: number): TimeAxis {
  const length = Math.max(1, to - from);
  const step = STEPS.find((seconds) => length / seconds <= mostMarks) ?? length;
  const marks: number[] = [];
  for (let mark = Math.ceil((from + offset) / step) * step - offset; mark <= to; mark += step)
    marks.push(mark);
  return { from, to: from + length, marks, step };
}

/** Where a time stands between 0 and `width`. */
export function positionOn({ from, to }: TimeAxis, time: number, width: number): number {
  return Math.min(width, Math.max(0, ((time - from) / (to - from)) * width));
}
