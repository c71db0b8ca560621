import type { AnyAnswer, Column } from './answer.js';
import { chosenColumns, exitCodeOf } from './columns.js';
import { Layout } from './layout.js';
import { nextSentence, sentences } from './lines.js';
import type { Look } from './look.js';
import { painter, type Paint } from './paint.js';
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
    if (answer.block !== undefined && look.columns === null) {
      return this.write(sentences(answer.block(row, look), look, this.paint));
    }
    if (this.layout !== null) return this.write(this.layout.row(row));
    this.sample.push(row);
    return this.sample.length < SAMPLE ? undefined : this.write(this.beginTable(false));
  }

  async end(): Promise<ReturnType<typeof exitCodeOf>> {
    const { answer, look, paint } = this;
    await this.write(this.beginTable(look.columns === null));
    const rest = this.quietRows === 0 ? null : (answer.rest?.(this.quietRows) ?? null);
    const empty = this.rows === 0 ? (answer.empty ?? null) : null;
    const last = [empty, rest].filter((line) => line !== null);
    await this.write(sentences([...last, ...(answer.after?.(look) ?? [])], look, paint));
    const next = answer.next?.() ?? null;
    if (next !== null) await this.write(nextSentence(next, look));
    return exitCodeOf(answer);
  }

  /** What has come until then is shown; totals would be wrong. */
  async fail({ exitCode }: { exitCode: ReturnType<typeof exitCodeOf> }): Promise<typeof exitCode> {
    await this.write(this.beginTable(false));
    return exitCode;
  }

  private beginTable(isWhole: boolean): string {
    if (this.layout !== null || this.sample.length === 0) return '';
    const { answer, columns, sample, look, paint } = this;
    this.layout = new Layout(answer, columns, sample, isWhole, look, paint);
    const text = this.layout.heading() + sample.map((row) => this.layout!.row(row)).join('');
    this.sample = [];
    return text;
  }

  private write(text: string): Promise<void> | undefined {
    return text === '' ? undefined : this.output.write(text);
  }
}
