import { lifetimeOf, type Lifetime } from '../core/operations/lifetime.js';
import type { OperationRecord } from '../core/operations/operation-record.js';
import type { Uuid } from '../core/uuid.js';
import { readStateChanges } from '../database/queries/state-changes.js';
import type { Session } from '../database/session.js';

/** When operations came, began and ended, by uuid. To be run in the snapshot that their records were read in. */
export async function readLifetimes(
  session: Session,
  records: readonly OperationRecord[],
): Promise<Map<Uuid, Lifetime>> {
  const changes = await readStateChanges(session, records);
  return new Map(records.map((record) => [record.uuid, lifetimeOf(record, changes.get(record.uuid) ?? [])]));
}
