import { sql } from 'drizzle-orm';
import { blockerOf, isStuck } from '../core/operations/blocker.js';
import { createdAtOf, type OperationRecord } from '../core/operations/operation-record.js';
import type { ClusterFacts } from '../core/cluster-facts.js';
import type { SfOpsError } from '../core/errors.js';
import type { Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import { isActiveOperation } from '../database/queries/active-side.js';
import { activeWaiters } from '../database/queries/dependencies.js';
import { readObjectType } from '../database/known-types.js';
import { resolveObjects } from '../database/queries/references.js';
import { readRecords } from '../database/queries/operation-records.js';
import { findOperations } from '../database/queries/operation-references.js';
import { activeTargets } from '../database/queries/targets.js';

/** Which operations are meant. */
export interface Choice {
  /** Uuids or beginnings of uuids. */
  readonly operations: readonly string[];
  /** An object, as it was typed: all that is pending on it. */
  readonly pendingOn: { objectType: string; object: string } | null;
  /** All that is stuck, or stuck for this reason. */
  readonly stuck: { reason: string | null } | null;
  /** Narrows the last two. */
  readonly isWanted: (operation: {
    type: string | null;
    state: string | null;
    createdAt: number | null;
  }) => boolean;
}

export interface Chosen {
  /** Oldest first where they were not named one by one. */
  readonly operations: readonly Uuid[];
  readonly unknown: readonly { text: string; problem: SfOpsError }[];
}

/** More dependents than this are not followed. */
const MOST_WAITERS = 100_000;

/** @throws NotFoundError, UsageError for an object that is not one */
export async function chooseOperations(database: Database, choice: Choice, now: number): Promise<Chosen> {
  const description = await database.describe();
  return database.snapshot(async (session) => {
    const found = await findOperations(session, description, choice.operations);
    const named = found.flatMap((one) => ('uuid' in one ? [one.uuid] : []));
    const unknown = found.flatMap((one) => ('problem' in one ? [one] : []));
    const more: Uuid[] = [];
    if (choice.pendingOn !== null) {
      const { objectType, object } = choice.pendingOn;
      const typeName = readObjectType(objectType, description);
      const objects = await resolveObjects(session, description, typeName, [object]);
      for (const { operationUuid } of await activeTargets(session, description, objects))
        more.push(operationUuid);
    }
    if (choice.stuck !== null) {
      const rows = await session.rows<{ uuid: string }>(
        sql`SELECT s.object_uuid AS uuid FROM object_states s WHERE ${isActiveOperation(description)}`,
      );
      for (const { uuid } of rows) more.push(uuid.toLowerCase());
    }
    const { records, cluster } = await readRecords(session, description, more, now);
    const matching = [...records.values()].filter((record) => isChosen(record, cluster, choice, now));
    const oldestFirst = matching.sort((a, b) => (createdAtOf(a) ?? 0) - (createdAtOf(b) ?? 0));
    return { operations: [...new Set([...named, ...oldestFirst.map(({ uuid }) => uuid)])], unknown };
  });
}

function isChosen(record: OperationRecord, cluster: ClusterFacts, choice: Choice, now: number): boolean {
  const { type, state } = record;
  if (!choice.isWanted({ type, state: state?.value ?? null, createdAt: createdAtOf(record) })) return false;
  if (choice.stuck === null) return true;
  const blocker = blockerOf(record, cluster, now);
  return isStuck(blocker) && (choice.stuck.reason === null || blocker.reason === choice.stuck.reason);
}

/**
 * The active operations that depend on others, directly or through one another, those that everything waits for first.
 * Those that only run after them are not among them: they go on whatever the end.
 */
export async function dependentsOf(database: Database, operations: readonly Uuid[]): Promise<Uuid[]> {
  const description = await database.describe();
  const waiters = await database.snapshot(async (session) =>
    activeWaiters(session, description, MOST_WAITERS),
  );
  const reached = new Set(operations);
  const queue = [...operations];
  for (const current of queue) {
    for (const { uuid, dependsOn } of waiters) {
      if (reached.has(uuid) || !dependsOn.some(({ op_uuid: other }) => other === current)) continue;
      reached.add(uuid);
      queue.push(uuid);
    }
  }
  return queue.slice(operations.length);
}
