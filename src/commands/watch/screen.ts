import { formatDuration } from '../../core/duration.js';
import type { Change } from '../../core/changes.js';
import type { SfOpsError } from '../../core/errors.js';
import { answerOf, type AnyAnswer, type Column, type Style } from '../../render/answer.js';
import type { Key, KeyName } from '../../render/keys.js';
import type { Size } from '../../render/live.js';
import { PLAIN_LOOK, type Look as Appearance } from '../../render/look.js';
import { painter } from '../../render/paint.js';
import { printable } from '../../render/printable.js';
import { textOf } from '../../render/text.js';
import { cutEnd } from '../../render/width.js';
import { WatchedRows, type Shown } from './rows.js';
import type { Look, View } from './view.js';

/** What a key asks for beyond the screen itself. */
export type Wish<Row> = 'quit' | { explain: Row } | null;

const SIGNS: Readonly<Record<Change, string>> = { appeared: '+', changed: '~', ended: '-' };
/** How a line of counts names them. */
const WORDS: readonly (readonly [Change, string])[] = [
  ['appeared', 'new'],
  ['changed', 'changed'],
  ['ended', 'ended'],
];
/** Title, headings and keys. */
const LINES_AROUND = 3;
const PAGE = 10;
const STEPS: Readonly<Partial<Record<KeyName, number>>> = {
  ...{ up: -1, down: 1, pageUp: -PAGE, pageDown: PAGE, home: -Infinity, end: Infinity },
};
/** A look may be late by so many seconds before what is shown is called stale. */
const LATE_SECONDS = 3;

/** The live view as it stands: its rows, what is chosen, filtered and typed. It draws itself into text. */
export class WatchScreen<Row extends object> {
  readonly #rows: WatchedRows<Row>;
  #summary = '';
  /** Unix seconds of the last look that was answered. */
  #lookedAt: number | null = null;
  #trouble: SfOpsError | null = null;
  #filter = '';
  #isTyping = false;
  #selected = 0;
  /** An explanation that covers the rows, and the first of its lines on the screen. */
  #cover: { answer: AnyAnswer; first: number } | null = null;

  /** @param every seconds between two looks */
  constructor(
    private readonly view: View<Row>,
    private readonly every: number,
    private readonly hasKeys: boolean,
  ) {
    this.#rows = new WatchedRows(view, every);
  }

  /** The rows of the last look, for the next one to compare with. */
  get known(): ReadonlyMap<string, Row> {
    return this.#rows.known;
  }

  /** @param now unix seconds */
  observe(look: Look<Row>, now: number): void {
    const selected = this.#matching(now)[this.#selected]?.key;
    this.#rows.observe(look, now);
    this.#summary = look.summary;
    this.#lookedAt = now;
    this.#trouble = null;
    const position = this.#matching(now).findIndex(({ key }) => key === selected);
    // Whoever has not moved sees the worst, whatever that is by now.
    if (position >= 0 && this.#selected > 0) this.#selected = position;
  }

  tellTrouble(trouble: SfOpsError): void {
    this.#trouble = trouble;
  }

  /** Covers the rows with an answer, until a key takes it away. */
  cover(answer: AnyAnswer): void {
    this.#cover = { answer, first: 0 };
  }

  /** What covers the rows. */
  get covering(): AnyAnswer | null {
    return this.#cover?.answer ?? null;
  }

  /** @param now unix seconds */
  press(key: Key, now: number): Wish<Row> {
    if (this.#cover !== null) return this.#pressInCover(this.#cover, key);
    if (this.#isTyping) return this.#pressInFilter(key, now);
    if ('text' in key) {
      if (key.text === 'q') return 'quit';
      if (key.text === '/') this.#isTyping = true;
      else if (key.text === 'j' || key.text === 'k') this.#move(key.text === 'j' ? 1 : -1, now);
      return null;
    }
    this.#move(STEPS[key.name] ?? 0, now);
    if (key.name === 'escape') this.#filter = '';
    const chosen = this.#matching(now)[this.#selected];
    return key.name === 'enter' && chosen !== undefined ? { explain: chosen.row } : null;
  }

  /**
   * One frame: never more lines than the screen has, none wider.
   *
   * @param now unix seconds
   */
  async frame({ columns, rows }: Size, look: Appearance, now: number): Promise<string> {
    const paint = painter(look);
    const line = (text: string, style?: Style): string =>
      `${paint(cutEnd(printable(text), columns, look.unicode ? '…' : '~'), style)}\n`;
    const title = line(this.#titleLine(now), this.#isStale(now) ? 'bad' : 'strong');
    if (this.#cover !== null) {
      const lines = (await textOf(this.#cover.answer, 'table', look)).split('\n').slice(0, -1);
      const room = Math.max(1, rows - 2);
      this.#cover.first = Math.max(0, Math.min(this.#cover.first, lines.length - room));
      const part = lines.slice(this.#cover.first, this.#cover.first + room);
      return `${title}${part.map((one) => `${one}\n`).join('')}${line('escape back, arrows scroll, q end', 'dim')}`;
    }
    const matching = this.#matching(now);
    const room = Math.max(1, rows - LINES_AROUND);
    this.#selected = Math.max(0, Math.min(this.#selected, matching.length - 1));
    const first = Math.max(0, Math.min(this.#selected - Math.floor(room / 2), matching.length - room));
    const part = matching.slice(first, first + room);
    const body =
      matching.length === 0
        ? line(this.#emptyLine())
        : await this.#table(part, matching[this.#selected], look, now);
    const last = this.#isTyping ? line(`/${this.#filter}_`) : line(this.#lastLine(matching.length), 'dim');
    return `${title}${body}${last}`;
  }

  #titleLine(now: number): string {
    if (this.#lookedAt === null) return 'Looking.';
    const age = formatDuration(now - this.#lookedAt);
    if (this.#trouble !== null) return `Stale: no answer for ${age}. ${this.#trouble.message}`;
    if (this.#isStale(now)) return `Stale: no answer for ${age}.`;
    const counts = WORDS.map(([change, word]) => [this.#rows.count(change, now), word] as const);
    const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
    return [this.#summary, ...told].join(', ');
  }

  #isStale(now: number): boolean {
    if (this.#lookedAt === null) return false;
    return this.#trouble !== null || now - this.#lookedAt > this.every + LATE_SECONDS;
  }

  #emptyLine(): string {
    if (this.#lookedAt === null) return '';
    return this.#filter === '' ? 'Nothing to show.' : 'No row matches.';
  }

  #lastLine(matching: number): string {
    const filter = this.#filter === '' ? '' : `/${this.#filter}: ${matching} of ${this.#rows.shown.length}. `;
    const keys = this.hasKeys ? 'q end, / filter, enter explain. ' : '';
    return `${filter}${keys}Every ${this.every < 1 ? `${this.every}s` : formatDuration(this.every)}`;
  }

  async #table(
    part: readonly Shown<Row>[],
    chosen: Shown<Row> | undefined,
    look: Appearance,
    now: number,
  ): Promise<string> {
    const pointer = look.unicode ? '▸' : '>';
    const mark: Column<Shown<Row>> = {
      name: 'mark',
      heading: '',
      value: (shown) => {
        const isPointedAt = this.hasKeys && shown === chosen;
        return `${isPointedAt ? pointer : ' '}${shown.change === null ? ' ' : SIGNS[shown.change]}`;
      },
      style: ({ change }) => (change === 'ended' ? 'dim' : 'strong'),
    };
    const columns = this.view.columns(now).map((column): Column<Shown<Row>> => {
      const { display, style, plain, value, shrink = 'never', ...rest } = column;
      return {
        ...rest,
        // One line for each row.
        shrink: shrink === 'wrap' ? 'end' : shrink,
        value: ({ row }) => value(row),
        ...(plain === undefined ? {} : { plain: ({ row }) => plain(row) }),
        ...(display === undefined ? {} : { display: ({ row }, appearance) => display(row, appearance) }),
        style: ({ row, change }) => (change === 'ended' ? 'dim' : style?.(row)),
      };
    });
    const answer = answerOf<Shown<Row>>({
      columns: [mark, ...columns],
      rows: part,
      rowStyle: (shown) => (this.hasKeys && shown === chosen ? 'strong' : undefined),
      json: { document: () => ({}) },
      exitCode: 0,
    });
    return textOf(answer, 'table', {
      ...look,
      columns: look.columns === null ? null : ['mark', ...look.columns],
    });
  }

  /** The rows that the filter lets through: either way of writing a cell may be typed. */
  #matching(now: number): readonly Shown<Row>[] {
    if (this.#filter === '') return this.#rows.shown;
    const wanted = this.#filter.toLowerCase();
    const columns = this.view.columns(now);
    return this.#rows.shown.filter(({ row }) =>
      columns.some(({ value, display }) =>
        `${String(value(row) ?? '')} ${display?.(row, PLAIN_LOOK) ?? ''}`.toLowerCase().includes(wanted),
      ),
    );
  }

  #move(step: number, now: number): void {
    this.#selected = Math.max(0, Math.min(this.#selected + step, this.#matching(now).length - 1));
  }

  #pressInCover(cover: { first: number }, key: Key): Wish<Row> {
    if ('text' in key && key.text === 'q') return 'quit';
    const step = 'name' in key ? STEPS[key.name] : undefined;
    if (step === undefined) this.#cover = null;
    else cover.first = step === Infinity ? Number.MAX_SAFE_INTEGER : Math.max(0, cover.first + step);
    return null;
  }

  #pressInFilter(key: Key, now: number): Wish<Row> {
    if ('text' in key) this.#filter += key.text;
    else if (key.name === 'backspace') this.#filter = [...this.#filter].slice(0, -1).join('');
    else if (key.name === 'enter') this.#isTyping = false;
    else if (key.name === 'escape') {
      this.#isTyping = false;
      this.#filter = '';
    } else this.#move(STEPS[key.name] ?? 0, now);
    return null;
  }
}
