import { UsageError } from '../core/errors.js';
import type { Report } from './report.js';

export interface RenderOptions {
  /** 0: no colour; 1 to 3: as chalk counts. */
  colorLevel: 0 | 1 | 2 | 3;
}

/** Turns a report into the text that goes to stdout, final newline included; empty text for nothing to say. */
export type Renderer = (report: Report, options: RenderOptions) => string;

/** Loaded when used: colours and table drawing cost start-up time that `--json` need not pay. */
const RENDERERS: Readonly<Record<string, () => Promise<Renderer>>> = {
  table: async () => (await import('./table.js')).renderTable,
  plain: async () => (await import('./plain.js')).renderPlain,
  json: async () => (await import('./json.js')).renderJson,
  ndjson: async () => (await import('./json.js')).renderNdjson,
  csv: async () => (await import('./csv.js')).renderCsv,
};

export const COMMON_FORMATS = Object.keys(RENDERERS);

/** @throws UsageError for a format that neither every command nor this one has */
export function checkFormat(format: string, special: readonly string[]): void {
  const known = [...COMMON_FORMATS, ...special];
  if (known.includes(format)) return;
  throw new UsageError(`--format ${format} is not one of: ${known.join(', ')}.`);
}

export async function render(report: Report, format: string, options: RenderOptions): Promise<string> {
  const special = report.special?.[format];
  if (special !== undefined) return special();
  const renderer = await RENDERERS[format]!();
  return renderer(report, options);
}
