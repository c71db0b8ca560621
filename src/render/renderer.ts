import { Writable } from 'node:stream';
import { UsageError } from '../core/errors.js';
import { answerOf, type AnyAnswer } from './answer.js';
import { deliver } from './deliver.js';
import { COMMON_FORMATS, loadFormat } from './formats.js';
import { PLAIN_LOOK, type Look } from './look.js';
import { Output } from './output.js';
import type { Column as OldColumn, Report } from './report.js';

export { COMMON_FORMATS };

export interface RenderOptions {
  colorLevel: Look['colorLevel'];
}

/** @throws UsageError for a format that neither every command nor this one has */
export function checkFormat(format: string, special: readonly string[]): void {
  const known = [...COMMON_FORMATS, ...special];
  if (known.includes(format)) return;
  throw new UsageError(`--format ${format} is not one of: ${known.join(', ')}.`);
}

/** Until every command gives an answer: a report through the writers of answers. */
export async function render(report: Report, format: string, options: RenderOptions): Promise<string> {
  const special = report.special?.[format];
  if (special !== undefined) return special();
  const pieces: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      pieces.push(text);
      done();
    },
  });
  const output = new Output(stream, 'standard output');
  const answer = answerOfReport(report, format);
  const writer = (await loadFormat(format)).open(answer, output, { ...PLAIN_LOOK, ...options });
  const { error } = await deliver(answer, writer, output, {
    signal: new AbortController().signal,
    failureOf: (thrown) => ({ word: 'bug', message: String(thrown), hint: null, exitCode: 1 }),
  });
  if (error !== null) throw error as Error;
  return pieces.join('');
}

function answerOfReport(report: Report, format: string): AnyAnswer {
  const { table, records, headline = [], footer = [] } = report;
  return answerOf<object>({
    columns: (table.columns as unknown as readonly OldColumn<object>[]).map((column) => ({
      name: column.name,
      heading: column.heading,
      value: column.value,
      ...(column.display === undefined ? {} : { display: column.display, plain: column.display }),
      ...(column.tone === undefined ? {} : { style: (row: object) => styleOf(column.tone!(row)) }),
    })),
    rows: format === 'ndjson' ? (records ?? table.items) : table.items,
    json: { document: () => report.document },
    before: () => headline.map(lineOf),
    after: () => footer.map(lineOf),
    ...(table.empty === '' ? {} : { empty: { text: table.empty, style: 'dim' } }),
    exitCode: 0,
  });
}

function styleOf(tone: string | undefined): 'good' | 'bad' | 'warning' | 'dim' | 'strong' | undefined {
  return (tone === 'muted' ? 'dim' : tone) as 'good';
}

function lineOf({ text, tone }: { text: string; tone?: string }): { text: string; style?: 'good' } {
  return tone === undefined ? { text } : { text, style: styleOf(tone) as 'good' };
}
