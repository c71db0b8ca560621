import { NotFoundError, type SfOpsError } from '../core/errors.js';
import type { Uuid } from '../core/uuid.js';
import type { OperationReference } from '../database/queries/operation-references.js';

/** An operation of which no row is left, or that never was: nobody can tell the two apart. */
export function goneOperation(uuid: Uuid): SfOpsError {
  return new NotFoundError(`There is no operation ${uuid} (any more).`, {
    hint: 'Shaken Fist removes operations soon after they have ended, other than those that failed.',
  });
}

/** The operations that were meant, each once, and what is wrong with the other references. */
export function sortReferences(references: readonly OperationReference[]): {
  uuids: Uuid[];
  missing: SfOpsError[];
} {
  const uuids = references.flatMap((reference) => ('uuid' in reference ? [reference.uuid] : []));
  const missing = references.flatMap((reference) => ('problem' in reference ? [reference.problem] : []));
  return { uuids: [...new Set(uuids)], missing };
}
