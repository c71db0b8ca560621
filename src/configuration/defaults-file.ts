import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '../core/errors.js';
import { readRegularFile } from './regular-file.js';

const GROUPS = new Set(['client', 'client-mariadb', 'sf-ops']);
const ESCAPES: Record<string, string> = { b: '\b', t: '\t', n: '\n', r: '\r', s: ' ' };

/**
 * Reads an option file as the `mariadb` client does: groups `[client]`, `[client-mariadb]` and `[sf-ops]`, later
 * settings win, `#` and `;` begin comments, `-` and `_` are the same in names, values may be quoted and escaped,
 * `!include` and `!includedir` are followed. As there, a `#` outside quotes begins a comment in the middle of a value
 * too: a password that has one must be quoted.
 *
 * @returns option name (dashes) → value; an option without a value is the empty string
 * @throws ConfigurationError when the file cannot be read
 */
export function readDefaultsFile(path: string): Map<string, string> {
  const options = new Map<string, string>();
  readInto(options, resolve(path), new Set());
  return options;
}

function readInto(options: Map<string, string>, path: string, visited: Set<string>): void {
  if (visited.has(path)) return;
  visited.add(path);
  let group = '';
  for (const rawLine of readRegularFile(path, 'option file').split(/\r?\n/)) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const include = /^!include(dir)?\s+(.+)$/.exec(line);
    if (include) {
      const target = resolve(dirname(path), include[2]!.trim());
      for (const file of include[1] ? filesOf(target) : [target]) readInto(options, file, visited);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) group = header[1]!.trim();
    else if (GROUPS.has(group)) setOption(options, withoutComment(line).trim());
  }
}

function setOption(options: Map<string, string>, line: string): void {
  const separator = line.indexOf('=');
  const name = (separator < 0 ? line : line.slice(0, separator)).trim();
  const value = separator < 0 ? '' : optionValue(line.slice(separator + 1));
  options.set(name.toLowerCase().replaceAll('_', '-'), value);
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
    throw new ConfigurationError(`The folder ${directory} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
