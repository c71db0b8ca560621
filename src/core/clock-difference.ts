/**
 * How many seconds another clock is ahead of ours (negative: behind), as far as the time that its answer took cannot
 * explain it; 0 where it can.
 *
 * @param theirs unix seconds on the other clock, whole ones
 * @param before our unix seconds before it was asked
 * @param after our unix seconds when the answer came
 */
export function clockDifference(theirs: number, before: number, after: number): number {
  if (theirs > after) return theirs - after;
  if (theirs + 1 < before) return theirs + 1 - before;
  return 0;
}
