import { splitObject, typeAndObjects } from '../core/object-reference.js';
import { operationLabels } from '../core/object-types.js';
import type { DatabaseDescription } from '../database/description.js';
import { findObjectType } from '../database/known-types.js';

/**
 * The words of a command that takes operations, or a type and objects of it: `network/web`, as the screens write an
 * object, becomes `network` and `web`.
 */
export function typedSubject(words: readonly string[], description: DatabaseDescription): readonly string[] {
  const parts = splitObject(words[0] ?? '');
  const isObject = parts !== null && objectTypeOf(parts[0], description) !== null;
  return isObject ? typeAndObjects(words) : words;
}

/** The ENUM's name where the word is the type of an object; an operation's type names operations. */
export function objectTypeOf(word: string, description: DatabaseDescription): string | null {
  const name = findObjectType(word, description);
  return name === null || operationLabels([name]).length > 0 ? null : name;
}
