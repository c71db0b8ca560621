import type { Shrink } from './answer.js';

/** A column as the fitting sees it. Widths in columns of the terminal. */
export interface Fitted {
  /** What its widest cell needs, its heading included. */
  natural: number;
  priority: number;
  shrink: Shrink;
  /** The width below which it is of no use. */
  least: number;
  /** The width for which columns that matter less make way. `least` by default. */
  comfort?: number;
}

const GAP = 2;

/**
 * Decides which columns are shown, and how wide.
 *
 * As many columns are kept as can be shown at their least width, those of the lowest priority number first, and none at
 * the price of the comfort of one that matters more; what room is left goes to those that want more, so that the widest give way first. Columns of priority 0 always stay: where not
 * even these have room, all of them are narrowed, whatever their rule says.
 *
 * @param width of the terminal; null: as wide as need be
 * @returns the width of each column, null for one that is left out, and the space between them
 */
export function fit(
  columns: readonly Fitted[],
  width: number | null,
): { widths: (number | null)[]; gap: number } {
  if (width === null) return { widths: columns.map(({ natural }) => natural), gap: GAP };
  const shown = kept(columns, width);
  const room = width - GAP * (shown.size - 1);
  const eased = columns.map((column, index) => (shown.has(index) ? comfort(column) : 0));
  const floors =
    total(eased) <= room ? eased : columns.map((column, index) => (shown.has(index) ? floor(column) : 0));
  const isTight = total(floors) > room;
  // Without room for the least widths, a narrower gap and no least width at all.
  const gap = isTight ? 1 : GAP;
  const found = distribute(
    columns.map(({ natural }, index) => (shown.has(index) ? natural : 0)),
    isTight ? columns.map(({ natural }, index) => (shown.has(index) ? Math.min(natural, 1) : 0)) : floors,
    width - gap * (shown.size - 1),
  );
  return { widths: found.map((one, index) => (shown.has(index) ? one : null)), gap };
}

function floor({ natural, shrink, least }: Fitted): number {
  return shrink === 'never' ? natural : Math.min(natural, least);
}

/** The columns that have room at their least width, by priority and then from the left. */
function kept(columns: readonly Fitted[], width: number): Set<number> {
  const order = [...columns.keys()].sort((a, b) => columns[a]!.priority - columns[b]!.priority || a - b);
  const shown = new Set<number>();
  for (const index of order) {
    const column = columns[index]!;
    const wanted = [...shown].map((other) => {
      const one = columns[other]!;
      return GAP + (one.priority < column.priority ? comfort(one) : floor(one));
    });
    if (column.priority > 0 && total(wanted) + floor(column) > width) break;
    shown.add(index);
  }
  return shown;
}

function comfort(column: Fitted): number {
  return Math.max(floor(column), Math.min(column.natural, column.comfort ?? 0));
}

/** Lowers the widest until all fit: no column falls below its floor, or is cut while a wider one need not be. */
function distribute(naturals: readonly number[], floors: readonly number[], room: number): number[] {
  if (total(naturals) <= room) return [...naturals];
  const at = (level: number): number[] =>
    naturals.map((natural, index) => Math.max(floors[index]!, Math.min(natural, level)));
  let level = Math.max(...naturals);
  let low = 0;
  while (low < level) {
    const middle = Math.ceil((low + level) / 2);
    if (total(at(middle)) <= room) low = middle;
    else level = middle - 1;
  }
  const widths = at(level);
  // What is left over is less than one column for each of those that were cut.
  let left = room - total(widths);
  return widths.map((width, index) => {
    if (left <= 0 || width >= naturals[index]!) return width;
    left -= 1;
    return width + 1;
  });
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
