import { changesBetween, type Change } from '../../core/changes.js';
import { byKey, type Look, type View } from './view.js';

/** A row on the screen. */
export interface Shown<Row> {
  readonly key: string;
  readonly row: Row;
  /** The last thing that happened to it, as long as it is marked; null for what nothing happened to. */
  readonly change: Change | null;
  /** Unix seconds. */
  readonly changedAt: number;
}

/** How long a change is marked, and a row that has ended stays; at least until the look after the next. */
const MARKED_SECONDS = 8;

/** The rows of a live view: those of the last look, and for a while those that have ended, where they were. */
export class WatchedRows<Row extends object> {
  #shown: readonly Shown<Row>[] = [];
  #isFirst = true;

  /** @param every seconds between two looks */
  constructor(
    private readonly view: View<Row>,
    private readonly every: number,
  ) {}

  get shown(): readonly Shown<Row>[] {
    return this.#shown;
  }

  /** Those that are there, by what tells one from another. */
  get known(): ReadonlyMap<string, Row> {
    return new Map(this.#shown.flatMap(({ key, row, change }) => (change === 'ended' ? [] : [[key, row]])));
  }

  /**
   * Takes in a look. What the first one finds is not new.
   *
   * @param now unix seconds
   */
  observe({ rows, ended }: Look<Row>, now: number): void {
    const { view } = this;
    const after = byKey(view, rows);
    const changes = this.#isFirst
      ? []
      : changesBetween(this.known, after, ended, (row) => view.signatureOf(row));
    this.#isFirst = false;
    const marked = new Map<string, Shown<Row>>();
    for (const one of this.#shown) if (this.#isMarked(one, now)) marked.set(one.key, one);
    for (const { change, row } of changes) {
      const key = view.keyOf(row);
      marked.set(key, { key, row, change, changedAt: now });
    }
    const current = [...after].map(([key, row]): Shown<Row> => {
      const { change, changedAt } = marked.get(key) ?? NOTHING;
      return { key, row, ...(change === 'ended' ? NOTHING : { change, changedAt }) };
    });
    this.#shown = withEnded(this.#shown, current, marked);
  }

  /** How many rows are marked so. */
  count(wanted: Change, now: number): number {
    return this.#shown.filter((one) => one.change === wanted && this.#isMarked(one, now)).length;
  }

  #isMarked({ change, changedAt }: Shown<Row>, now: number): boolean {
    return change !== null && now - changedAt < Math.max(MARKED_SECONDS, 2 * this.every);
  }
}

const NOTHING = { change: null, changedAt: 0 } as const;

/** Each row that has ended behind the one that it stood behind before. */
function withEnded<Row>(
  before: readonly Shown<Row>[],
  current: readonly Shown<Row>[],
  marked: ReadonlyMap<string, Shown<Row>>,
): Shown<Row>[] {
  const here = new Set(current.map(({ key }) => key));
  const behind = new Map<string | null, Shown<Row>[]>();
  let anchor: string | null = null;
  for (const { key } of before) {
    const ended = marked.get(key);
    if (here.has(key)) anchor = key;
    else if (ended?.change === 'ended') behind.set(anchor, [...(behind.get(anchor) ?? []), ended]);
  }
  return [...(behind.get(null) ?? []), ...current.flatMap((one) => [one, ...(behind.get(one.key) ?? [])])];
}
