import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '../core/errors.js';
import { fileProblem } from '../files/file-problem.js';
import { readRegularFile } from './regular-file.js';

const GROUPS = ['client', 'client-mariadb', 'sf-ops'];
const PROFILE_PREFIX = 'sf-ops-';
const ESCAPES: Record<string, string> = { b: '\b', t: '\t', n: '\n', r: '\r', s: ' ' };

/** The file that a profile is looked for in, where none is named: the user's own. */
export const OWN_OPTION_FILE = join(homedir(), '.my.cnf');

/** What an option file says, and where: `my.cnf:3`. */
export interface Option {
  value: string;
  place: string;
}

/**
 * Reads an option file as the `mariadb` client does: groups `[client]`, `[client-mariadb]` and `[sf-ops]`, later
 * settings win, `#` and `;` begin comments, `-` and `_` are the same in names, values may be quoted and escaped,
 * `!include` and `!includedir` are followed, `loose-` means nothing to an option that is known. As there, a `#` outside
 * quotes begins a comment in the middle of a value too: a password that has one must be quoted.
 *
 * @param profile also reads the group `[sf-ops-PROFILE]`, which wins wherever it stands
 * @returns option name (dashes) → value; an option without a value is the empty string
 * @throws ConfigurationError when the file cannot be read, or has no such profile
 */
export function readDefaultsFile(path: string, profile?: string): Map<string, Option> {
  const groups = new Map<string, Map<string, Option>>();
  readInto(groups, resolve(path), new Set());
  const common = groups.get('') ?? new Map<string, Option>();
  if (profile === undefined) return common;
  const own = groups.get(PROFILE_PREFIX + profile);
  if (own === undefined) throw unknownProfile(path, profile, [...groups.keys()]);
  return new Map([...common, ...own]);
}

function unknownProfile(path: string, profile: string, groups: readonly string[]): ConfigurationError {
  const names = groups.filter((group) => group !== '').map((group) => group.slice(PROFILE_PREFIX.length));
  return new ConfigurationError(`The option file ${path} has no group [${PROFILE_PREFIX}${profile}].`, {
    hint: names.length === 0 ? 'It has no profile at all.' : `Its profiles: ${names.sort().join(', ')}.`,
  });
}

/** @param groups the options of the common groups under '', those of each profile under its group's name */
function readInto(groups: Map<string, Map<string, Option>>, path: string, visited: Set<string>): void {
  if (visited.has(path)) return;
  visited.add(path);
  let options: Map<string, Option> | null = null;
  for (const [index, rawLine] of readRegularFile(path, 'option file').split(/\r?\n/).entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const include = /^!include(dir)?\s+(.+)$/.exec(line);
    if (include) {
      const target = resolve(dirname(path), include[2]!.trim());
      for (const file of include[1] ? filesOf(target) : [target]) readInto(groups, file, visited);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) options = optionsOf(groups, header[1]!.trim());
    else if (options !== null) setOption(options, withoutComment(line).trim(), `${path}:${index + 1}`);
  }
}

/** Null for a group of another program. */
function optionsOf(groups: Map<string, Map<string, Option>>, group: string): Map<string, Option> | null {
  const isCommon = GROUPS.includes(group);
  if (!isCommon && !group.startsWith(PROFILE_PREFIX)) return null;
  const key = isCommon ? '' : group;
  if (!groups.has(key)) groups.set(key, new Map());
  return groups.get(key)!;
}

function setOption(options: Map<string, Option>, line: string, place: string): void {
  const separator = line.indexOf('=');
  const name = (separator < 0 ? line : line.slice(0, separator)).trim().toLowerCase().replaceAll('_', '-');
  const value = separator < 0 ? '' : optionValue(line.slice(separator + 1));
  options.set(name.replace(/^(loose-)+/, ''), { value, place });
}

function optionValue(text: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(text.trim());
  return (quoted?.[2] ?? text.trim()).replace(
    /\\([btnrs\\'"])/g,
    (_, letter: string) => ESCAPES[letter] ?? letter,
  );
}

/** The line up to a `#` that is not inside quotes; a quote that is never closed holds the rest of the line. */
function withoutComment(line: string): string {
  return /^(?:[^#'"]|'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$))*/.exec(line)![0];
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.cnf'))
      .sort()
      .map((name) => join(directory, name));
  } catch (cause) {
    throw new ConfigurationError(`The folder ${directory} cannot be read: ${fileProblem(cause)}.`, {
      cause,
    });
  }
}
