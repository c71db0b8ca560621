import type { AnyAnswer, Column } from './answer.js';
import { chosenColumns, exitCodeOf } from './columns.js';
import { fit } from './fit.js';
import { mark, nextSentence, sentences, shown } from './lines.js';
import type { Look } from './look.js';
import { painter, type Paint } from './paint.js';
import { cutEnd, cutMiddle, displayWidth } from './width.js';
import { wrap } from './wrap.js';
import type { Format, Sink, Writer } from './writer.js';

/** For people: the answer in a sentence, aligned columns that fit the terminal, totals, and what to do next. */
export const TABLE: Format = {
  open: (answer: AnyAnswer, output: Sink, look: Look): Writer => new TableWriter(answer, output, look),
  fail: async ({ exitCode }) => exitCode,
};

/** Every column and value in full; lines run on. */
export const WIDE: Format = {
  open: (answer, output, look) => TABLE.open(answer, output, { ...look, full: true, width: null }),
  fail: TABLE.fail,
};

/**
 * The widths of the columns are chosen from the first rows, as many as this; a longer answer keeps them, and what does
 * not fit any more is cut by the rule of its column.
 */
const SAMPLE = 1_000;

class TableWriter implements Writer {
  private readonly paint: Paint;
  private readonly columns: readonly Column<never>[];
  private sample: never[] = [];
  private layout: Layout | null = null;
  private rows = 0;
  private quietRows = 0;

  constructor(
    private readonly answer: AnyAnswer,
    private readonly output: Sink,
    private readonly look: Look,
  ) {
    this.paint = painter(look);
    this.columns = chosenColumns(answer, look, 'person');
  }

  async begin(): Promise<void> {
    await this.write(sentences(this.answer.before?.(this.look) ?? [], this.look, this.paint));
  }

  row(row: never): Promise<void> | undefined {
    this.rows += 1;
    const { answer, look } = this;
    if (answer.isQuiet?.(row) === true && !look.full && !look.verbose) {
      this.quietRows += 1;
      return undefined;
    }
    if (answer.block !== undefined) {
      return this.write(sentences(answer.block(row, look), look, this.paint));
    }
    if (this.layout !== null) return this.write(this.layout.row(row));
    this.sample.push(row);
    return this.sample.length < SAMPLE ? undefined : this.write(this.beginTable());
  }

  async end(): Promise<ReturnType<typeof exitCodeOf>> {
    const { answer, look, paint } = this;
    await this.write(this.beginTable());
    const rest = this.quietRows === 0 ? undefined : answer.rest?.(this.quietRows);
    const empty = this.rows === 0 ? answer.empty : undefined;
    const last = [empty, rest].filter((line) => line !== undefined);
    await this.write(sentences([...last, ...(answer.after?.(look) ?? [])], look, paint));
    const next = answer.next?.() ?? null;
    if (next !== null) await this.write(nextSentence(next, look));
    return exitCodeOf(answer);
  }

  /** What has come until then is shown; totals would be wrong. */
  async fail({ exitCode }: { exitCode: ReturnType<typeof exitCodeOf> }): Promise<typeof exitCode> {
    await this.write(this.beginTable());
    return exitCode;
  }

  private beginTable(): string {
    if (this.layout !== null || this.sample.length === 0) return '';
    const { answer, columns, sample, look, paint } = this;
    this.layout = new Layout(answer, columns, sample, look, paint);
    const text = this.layout.heading() + sample.map((row) => this.layout!.row(row)).join('');
    this.sample = [];
    return text;
  }

  private write(text: string): Promise<void> | undefined {
    return text === '' ? undefined : this.output.write(text);
  }
}

interface Place {
  column: Column<never>;
  width: number;
}

/** Where each column stands. */
class Layout {
  private readonly places: readonly Place[];
  private readonly gap: string;
  private readonly indent: string;

  constructor(
    private readonly answer: AnyAnswer,
    columns: readonly Column<never>[],
    sample: readonly never[],
    private readonly look: Look,
    private readonly paint: Paint,
  ) {
    this.indent = ' '.repeat(answer.indent ?? 0);
    const room = look.width === null ? null : look.width - this.indent.length;
    const { widths, gap } = fit(
      columns.map((column) => {
        const heading = displayWidth(column.heading);
        return {
          natural: sample.reduce(
            (most, row) => Math.max(most, displayWidth(this.text(column, row))),
            heading,
          ),
          priority: column.priority ?? 0,
          shrink: column.shrink ?? 'never',
          least: Math.max(column.least ?? 8, heading),
        };
      }),
      room,
    );
    this.gap = ' '.repeat(gap);
    this.places = columns.flatMap((column, index) => {
      const width = widths[index]!;
      return width === null ? [] : [{ column, width }];
    });
  }

  heading(): string {
    const { headings } = this.look;
    const isEmpty = this.places.every(({ column }) => column.heading === '');
    if (headings === false || isEmpty) return '';
    return this.line(
      this.places.map(({ column, width }) => cutEnd(column.heading, width, '')),
      () => 'strong',
    );
  }

  /** One line, or several where a cell is wrapped. */
  row(row: never): string {
    const cells = this.places.map((place) => this.cell(place, row));
    const height = cells.reduce((most, parts) => Math.max(most, parts.length), 1);
    const rowStyle = this.answer.rowStyle?.(row);
    let text = '';
    for (let line = 0; line < height; line += 1) {
      text += this.line(
        cells.map((parts) => parts[line] ?? ''),
        ({ column }) => column.style?.(row) ?? rowStyle,
      );
    }
    return text;
  }

  private line(texts: readonly string[], style: (place: Place) => Parameters<Paint>[1]): string {
    let line = this.indent;
    let owed = '';
    this.places.forEach((place, index) => {
      const text = texts[index]!;
      const space = ' '.repeat(Math.max(0, place.width - displayWidth(text)));
      const [before, behind] = place.column.align === 'right' ? [space, ''] : ['', space];
      if (text !== '') line += owed + before + this.paint(text, style(place));
      // The space behind a cell is written when another one follows.
      owed = text === '' ? owed + space + this.gap : behind + this.gap;
    });
    return `${line}\n`;
  }

  private cell({ column, width }: Place, row: never): string[] {
    const text = this.text(column, row);
    if (this.look.width === null) return [text];
    switch (column.shrink) {
      case 'wrap':
        return wrap(text, width);
      case 'middle':
        return [cutMiddle(text, width, mark(this.look))];
      default:
        return [cutEnd(text, width, mark(this.look))];
    }
  }

  private text(column: Column<never>, row: never): string {
    const text = column.display?.(row, this.look) ?? String(column.value(row) ?? '-');
    return shown(text, this.look) || '-';
  }
}
