import type { ExitCode } from '../core/exit-codes.js';
import { answerOf, type AnyAnswer, type Line as AnswerLine, type Style } from '../render/answer.js';
import type { Line, Report, Tone } from '../render/report.js';

/** A report as an answer, until the command makes its answer itself. */
export function answerFrom(report: Report, exitCode: ExitCode): AnyAnswer {
  const { document, table, records, headline, footer, special } = report;
  return answerOf<object>({
    columns: table.columns.map((column) => ({
      name: column.name,
      heading: column.heading,
      value: column.value as unknown as (row: object) => string,
      ...(column.display === undefined
        ? {}
        : {
            display: column.display as unknown as (row: object) => string,
            plain: column.display as unknown as (row: object) => string,
          }),
      ...(column.wideOnly === true ? { wideOnly: true } : {}),
      style: (row) => styleOf(column.tone?.(row as never)),
    })),
    rows: table.items as readonly object[],
    json: { document: () => document },
    ...(records === undefined ? {} : { record: () => records[0]! }),
    before: () => (headline ?? []).map(lineOf),
    ...(table.empty === '' ? {} : { empty: { text: table.empty, style: 'dim' } }),
    after: () => (footer ?? []).map(lineOf),
    exitCode,
    special: Object.fromEntries(Object.entries(special ?? {}).map(([name, text]) => [name, { text }])),
  });
}

function lineOf({ text, tone }: Line): AnswerLine {
  const style = styleOf(tone);
  return style === undefined ? { text } : { text, style };
}

function styleOf(tone: Tone | undefined): Style | undefined {
  return tone === 'muted' ? 'dim' : tone;
}
