import CliTable from 'cli-table3';
import type { AnyAnswer, Column } from './answer.js';
import { fit } from './fit.js';
import { mark, shown } from './lines.js';
import type { Look } from './look.js';
import type { Paint } from './paint.js';
import { cutEnd, cutMiddle, displayWidth } from './width.js';
import { wrap } from './wrap.js';

const NO_BORDERS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '',
}; // prettier-ignore
const NO_STYLE = { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 };

interface Place {
  column: Column<never>;
  width: number;
}

/**
 * Where each column stands, decided from the first rows of an answer (`isWhole`: from all of them); draws the lines of
 * its table.
 */
export class Layout {
  private readonly places: readonly Place[];
  private readonly drawing: CliTable.TableConstructorOptions;

  constructor(
    private readonly answer: AnyAnswer,
    all: readonly Column<never>[],
    sample: readonly never[],
    isWhole: boolean,
    private readonly look: Look,
    private readonly paint: Paint,
  ) {
    const isEmpty = (column: Column<never>): boolean => sample.every((row) => this.text(column, row) === '-');
    const columns = all.filter((column) => !(isWhole && column.omitEmpty === true && isEmpty(column)));
    const indent = ' '.repeat(answer.indent ?? 0);
    const room = look.width === null ? null : look.width - indent.length;
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
          comfort: column.comfort ?? 0,
        };
      }),
      room,
    );
    this.drawing = {
      chars: { ...NO_BORDERS, left: indent, middle: ' '.repeat(gap) },
      style: NO_STYLE,
    };
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
    const last = texts.findLastIndex((text) => text !== '');
    const cells = this.places.slice(0, last + 1).map((place, index) => {
      const text = texts[index]!;
      const space = ' '.repeat(Math.max(0, place.width - displayWidth(text)));
      const painted = this.paint(text, style(place));
      if (place.column.align === 'right') return space + painted;
      return index === last ? painted : painted + space;
    });
    // One line at a time: cli-table3 counts the columns of some scripts differently, and would align by its own count.
    const grid = new CliTable(this.drawing);
    grid.push(cells);
    return `${grid.toString()}\n`;
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
