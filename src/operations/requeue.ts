import { decideRequeue } from '../core/operations/change.js';
import type { Database } from '../database/database.js';
import { applyChanges, planChanges, type ChangeOutcome, type ChangeRequest } from './change.js';

export type RequeueRequest = Omit<ChangeRequest, 'decide'>;

/** What would be done; see `applyRequeue`. */
export async function planRequeue(database: Database, request: RequeueRequest): Promise<ChangeOutcome[]> {
  return planChanges(database, { ...request, decide: decideRequeue });
}

/**
 * Gives active operations that nobody will run back to the workers: a new work row for an orphan, the claim of a dead
 * worker released, work moved out of a queue that nobody drains.
 */
export function applyRequeue(
  database: Database,
  request: RequeueRequest,
  planned: readonly ChangeOutcome[],
): AsyncGenerator<ChangeOutcome> {
  return applyChanges(database, { ...request, decide: decideRequeue }, planned);
}
