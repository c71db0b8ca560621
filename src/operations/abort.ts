import { decideAbort } from '../core/operations/change.js';
import type { Database } from '../database/database.js';
import { applyChanges, planChanges, type ChangeOutcome, type ChangeRequest } from './change.js';

export type AbortRequest = Omit<ChangeRequest, 'decide'>;

/** What would be done; see `applyAbort`. */
export async function planAbort(database: Database, request: AbortRequest): Promise<ChangeOutcome[]> {
  return planChanges(database, { ...request, decide: decideAbort });
}

/**
 * Aborts active operations. One that no worker has loses its work row in the same transaction, so that its end is a
 * fact; one that a worker has, with force, is only asked to end.
 */
export function applyAbort(
  database: Database,
  request: AbortRequest,
  planned: readonly ChangeOutcome[],
): AsyncGenerator<ChangeOutcome> {
  return applyChanges(database, { ...request, decide: decideAbort }, planned);
}
