import type { CommandDefinition } from '../commands/definition.js';
import type { Environment } from '../configuration/connection-settings.js';
import type { Look } from '../render/look.js';
import type { GlobalOptions } from './global-options.js';
import type { Terminal } from './terminal.js';
import { isSwitchedOn } from './typed-values.js';

const USUAL_WIDTH = 80;

/** How answers are to look on this terminal, with these options. */
export function lookOf(terminal: Terminal, options: GlobalOptions): Look {
  return {
    width: widthOf(terminal),
    colorLevel: colorLevel(terminal, options.color ?? 'auto'),
    unicode: isUtf8(terminal.environment),
    full: false,
    verbose: options.verbose === true,
    utc: options.utc === true,
    columns: options.columns ?? null,
    headings: options.headers ? true : options.noHeaders ? false : null,
  };
}

/** A table is for people; programs and files get `plain`. */
export function formatOf(
  { json, format }: GlobalOptions,
  { defaultFormat }: CommandDefinition,
  terminal: Terminal,
): string {
  if (json) return 'json';
  return format ?? defaultFormat ?? (terminal.stdout.isTTY ? 'table' : 'plain');
}

/**
 * The format of a failure, as far as a command line that may be wrong says it. Without `json` and `nagios`, a failure
 * leaves stdout empty in every format.
 */
export function requestedFormat(argv: readonly string[], terminal: Terminal): string {
  const { SF_OPS_JSON: json, SF_OPS_FORMAT: format } = terminal.environment;
  const said = argv.flatMap((word, index) => {
    if (word === '--json') return ['json'];
    if (word === '--format' || word === '-o') return argv[index + 1] ?? [];
    return /^(?:--format=|-o)(.+)$/.exec(word)?.[1] ?? [];
  });
  return said.at(-1)?.toLowerCase() || (isSwitchedOn(json) ? 'json' : format) || 'plain';
}

/**
 * Which service a plugin speaks of, as far as a command line that may be wrong says it: that of the first
 * command whose words stand in it.
 */
export function requestedService(
  argv: readonly string[],
  definitions: readonly CommandDefinition[],
): string | undefined {
  const matches = definitions.flatMap(({ name, service }) => {
    const words = name.split(' ');
    const start = argv.indexOf(words[0]!);
    return service !== undefined && start >= 0 && words.every((word) => argv.includes(word, start))
      ? [{ service, start }]
      : [];
  });
  return matches.sort((a, b) => a.start - b.start)[0]?.service;
}

/** Columns of the terminal; null where nobody looks. */
function widthOf({ stdout, environment }: Terminal): number | null {
  if (!stdout.isTTY) return null;
  return stdout.columns || Number(environment.COLUMNS) || USUAL_WIDTH;
}

/** Colour as `--color`, NO_COLOR and FORCE_COLOR ask, and otherwise on a terminal only. */
function colorLevel(
  { stdout, environment }: Terminal,
  when: 'auto' | 'always' | 'never',
): Look['colorLevel'] {
  if (when !== 'auto') return when === 'always' ? 1 : 0;
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: kind } = environment;
  if (none !== undefined && none !== '') return 0;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  return stdout.isTTY && kind !== 'dumb' ? 1 : 0;
}

/** By the locale, as the C library decides: the first of these that is set. */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}
