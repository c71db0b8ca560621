import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { nameOfObjectType, OBJECT_TYPE_VALUES, valueOfObjectType } from '../core/object-types.js';
import { OPERATION_TYPES } from '../core/operations/catalogue.js';
import { readWord, shown } from '../core/parsed-value.js';
import type { DatabaseDescription } from './description.js';

/**
 * The ENUM's name for a type as the operator gave it.
 *
 * @throws UsageError for a type that neither this program nor this database knows
 */
export function readObjectType(text: string, description: DatabaseDescription): string {
  const name = findObjectType(text, description);
  if (name === null) {
    const meant = nearest(text, OBJECT_TYPE_VALUES);
    throw new UsageError(`${shown(text)} is not an object type.`, {
      hint: meant === null ? `Object types: ${OBJECT_TYPE_VALUES.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  return name;
}

/** As `readObjectType`; null for a word that is no type. */
export function findObjectType(text: string, description: DatabaseDescription): string | null {
  const labels = description.column('cluster_operation_targets', 'target_object_type')?.labels ?? [];
  const label = labels.find((one) => one.toLowerCase() === text.toLowerCase());
  return nameOfObjectType(text) ?? label ?? null;
}

/**
 * The value of an operation type as the operator gave it; the database may know more types than this program.
 *
 * @throws UsageError for a type that neither knows
 */
export function readOperationType(text: string, description: DatabaseDescription): string {
  const ours = OPERATION_TYPES.map(({ value }): string => value);
  const theirs = description.operationLabels.filter((label) => label !== '').map(valueOfObjectType);
  const known = new Set([...ours, ...theirs]);
  const type = readWord(text.toLowerCase(), 'an operation type', [...known]);
  if ('problem' in type) throw new UsageError(`${type.problem}.`);
  return type.value;
}
