import { specialFormat } from './special.js';
import type { Format } from './writer.js';

/** Loaded when used: colours and measuring text cost start-up time that `--json` need not pay. */
const LOADERS: Readonly<Record<string, () => Promise<Format>>> = {
  table: async () => (await import('./table.js')).TABLE,
  wide: async () => (await import('./table.js')).WIDE,
  plain: async () => (await import('./plain.js')).PLAIN,
  json: async () => (await import('./json.js')).JSON_DOCUMENT,
  ndjson: async () => (await import('./json.js')).NDJSON,
  csv: async () => (await import('./csv.js')).CSV,
};

/** The formats of every command. */
export const COMMON_FORMATS = Object.keys(LOADERS);

/**
 * @param name one of the common formats, or one that the command has
 * @param service what a line of `nagios` begins with
 */
export async function loadFormat(name: string, service?: string): Promise<Format> {
  return LOADERS[name]?.() ?? specialFormat(name, service);
}
