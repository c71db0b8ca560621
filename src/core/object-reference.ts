import { UsageError } from './errors.js';
import { SHORTEST_PREFIX } from './names.js';
import { shown } from './parsed-value.js';
import { parseUuid, type Uuid } from './uuid.js';

/** What an operator wrote where an object is asked for; `namespace` where one was written before the name. */
export type ObjectWish = { uuid: Uuid } | { name: string; namespace?: string; prefix: string | null };

/**
 * Everything that may be meant, the likeliest first: the text as it is, else as the screens write an object, `network/web`
 * or `shop/web`.
 *
 * @param type the value of the type that is asked for
 */
export function readObjectWishes(type: string, text: string): ObjectWish[] {
  const wishes = [readObjectWish(text)];
  const parts = splitObject(text);
  if (parts === null) return wishes;
  const [before, name] = parts;
  if (before.toLowerCase() === type) wishes.push(readObjectWish(name));
  wishes.push({ name, namespace: before, prefix: null });
  return wishes;
}

/** What is before and after the first slash; null where there is none, or nothing on one side of it. */
export function splitObject(text: string): [string, string] | null {
  const at = text.indexOf('/');
  return at > 0 && at < text.length - 1 ? [text.slice(0, at), text.slice(at + 1)] : null;
}

/** The words of a type and its objects, where `network/web`, as the screens write an object, may stand for the first two. */
export function typeAndObjects([first, ...others]: readonly string[]): string[] {
  return first === undefined ? [] : [...(splitObject(first) ?? [first]), ...others];
}

/** `network:web`, or `network/web` as the screens write it; null for what is neither. */
export function readTypedObject(text: string): { objectType: string; object: string } | null {
  const at = text.search(/[:/]/);
  return at > 0 && at < text.length - 1
    ? { objectType: text.slice(0, at), object: text.slice(at + 1) }
    : null;
}

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
