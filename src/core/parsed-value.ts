import { nearest } from './nearest.js';

/**
 * What came of reading one value that somebody typed: the value in the form that we keep, or what is wrong with it.
 * A problem is a clause that follows the value's name: `"abc" is not a uuid`.
 */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

const SHOWN_CHARACTERS = 40;

/**
 * How a rejected value is quoted in a message: short, on one line, and without any character that could steer a
 * terminal. Lists and objects are named, not quoted.
 */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const characters = [...value.slice(0, 2 * SHOWN_CHARACTERS + 1)];
  const text = characters.slice(0, SHOWN_CHARACTERS).join('');
  return `"${text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)}${characters.length > SHOWN_CHARACTERS ? '…' : ''}"`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** `; did you mean net_op?`, or nothing when no candidate is close. */
export function suggestion(word: unknown, candidates: readonly string[]): string {
  const close = typeof word === 'string' ? nearest(word, candidates) : null;
  return close === null ? '' : `; did you mean ${close}?`;
}

/** One of the listed words, case ignored; read as it is listed. `what` names the kind of word: `a priority`. */
export function readWord<W extends string>(value: unknown, what: string, words: readonly W[]): Parsed<W> {
  const given = typeof value === 'string' ? value.toLowerCase() : null;
  const word = words.find((candidate) => candidate.toLowerCase() === given);
  if (word !== undefined) return { value: word };
  return {
    problem: `${shown(value)} is not ${what} (allowed: ${words.join(', ')})${suggestion(value, words)}`,
  };
}

/** One line of text of 1 to `longest` characters, counted as MariaDB counts those of a VARCHAR. */
export function readText(value: unknown, longest: number): Parsed<string> {
  if (typeof value !== 'string') return { problem: `${shown(value)} is not text` };
  if (value === '') return { problem: 'is empty' };
  const { length } = [...value];
  if (length > longest)
    return { problem: `${shown(value)} has ${length} characters (at most ${longest} are allowed)` };
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return { problem: `${shown(value)} contains control characters` };
  return { value };
}
