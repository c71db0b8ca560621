import { UsageError } from './errors.js';
import { SHORTEST_PREFIX } from './names.js';
import { shown } from './reading.js';
import { parseUuid, type Uuid } from './uuid.js';

/** What an operator wrote where an object is asked for. */
export type ObjectWish = { uuid: Uuid } | { name: string; prefix: string | null };

/** A whole uuid, or a name that may also be the beginning of a uuid (dashed form, lower case; no dash at the end). */
export function readObjectWish(text: string): ObjectWish {
  const uuid = parseUuid(text);
  if (uuid !== null) return { uuid };
  const hex = text.replaceAll('-', '').toLowerCase();
  const isPrefix = /^[0-9a-f]+$/.test(hex) && hex.length >= SHORTEST_PREFIX && hex.length < 32;
  return { name: text, prefix: isPrefix ? dashedPrefix(hex) : null };
}

/** @throws UsageError listing the candidates */
export function ambiguous(type: string, text: string, candidates: readonly string[]): UsageError {
  const listed = candidates.slice(0, 10).join(', ');
  const more = candidates.length > 10 ? ` and ${candidates.length - 10} more` : '';
  return new UsageError(`${shown(text)} is ${candidates.length} ${type}s: ${listed}${more}.`, {
    word: 'ambiguous',
    hint: 'Give the whole uuid.',
  });
}

function dashedPrefix(hex: string): string {
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return groups.filter((group) => group !== '').join('-');
}
