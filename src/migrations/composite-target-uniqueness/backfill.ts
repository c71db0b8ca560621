import { sql } from 'drizzle-orm';
import { findOperationType } from '../../core/operations/catalogue.js';
import { targetsOf } from '../../core/operations/operation.js';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import { nameOfObjectType } from '../../core/object-types.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { chunks } from '../../database/chunks.js';
import { operationHeaders, type FoundHeader } from '../../database/queries/operation-rows.js';
import type { Session } from '../../database/session.js';
import type { BackfillRow } from '../migration.js';

export interface LostTargets {
  /** The rows that active operations should have and have not. */
  lost: BackfillRow[];
  /** Active operations of types that this program does not know: whether they lost any cannot be told. */
  unknownTypes: string[];
}

/** Rows written in one transaction. */
const WRITTEN_AT_ONCE = 500;

/**
 * Compares the targets that active operations name in their own metadata with the rows that there are. Under the old
 * key only the first target of an operation was recorded, and the gate does not see the operation from the others.
 */
export async function findLostTargets(database: Database): Promise<LostTargets> {
  const description = await database.describe();
  const labels = description.column('cluster_operation_targets', 'target_object_type')?.labels ?? [];
  return database.snapshot(async (session) => {
    const active = await session.rows<{ uuid: string }>(sql`
      SELECT object_uuid AS uuid FROM object_states
      WHERE object_type IN ${description.operationLabels} AND state_value IN ${[...ACTIVE_STATES]}`);
    const headers = await operationHeaders(
      session,
      active.map(({ uuid }) => uuid.toLowerCase()),
    );
    const recorded = await recordedTargets(session, [...headers.keys()]);
    const declared = [...headers].flatMap(([uuid, header]) => declaredTargets(uuid, header));
    const unknownTypes = [...headers.values()]
      .map(({ type }) => type)
      .filter((type) => findOperationType(type) === null);
    return {
      lost: declared.filter(
        (target) => labels.includes(target.target_object_type) && !recorded.has(keyOf(target)),
      ),
      unknownTypes: [...new Set(unknownTypes)],
    };
  });
}

/**
 * Writes the missing rows of operations that are still active.
 *
 * @returns the rows that were really written: an operation may have ended meanwhile
 */
export async function backfill(database: Database, lost: readonly BackfillRow[]): Promise<BackfillRow[]> {
  const written: BackfillRow[] = [];
  for (const chunk of chunks(lost, WRITTEN_AT_ONCE)) {
    const rows = await database.write({
      subject: `${chunk.length} missing targets`,
      work: async (session) => {
        const inserted: BackfillRow[] = [];
        for (const target of chunk) if ((await insertIfActive(session, target)) > 0) inserted.push(target);
        return inserted;
      },
      isCommitted: async (session, inserted) => {
        const recorded = await recordedTargets(
          session,
          inserted.map(({ operation_uuid: uuid }) => uuid),
        );
        return inserted.every((target) => recorded.has(keyOf(target)));
      },
      inquiry: 'sf-ops migrate verify composite-target-uniqueness',
    });
    written.push(...rows);
  }
  return written;
}

/** The row as Shaken Fist would have written it with the operation; what has ended since needs none. */
async function insertIfActive(session: Session, target: BackfillRow): Promise<number> {
  return session.change(sql`
    INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
    SELECT ${target.operation_uuid}, ${target.operation_type}, ${target.target_object_type}, ${target.target_uuid}, ${target.created_at}
    FROM object_states
    WHERE object_type = ${nameOfObjectType(target.operation_type)} AND object_uuid = ${target.operation_uuid}
      AND state_value IN ${[...ACTIVE_STATES]}
      AND NOT EXISTS (SELECT 1 FROM cluster_operation_targets WHERE operation_uuid = ${target.operation_uuid}
        AND target_object_type = ${target.target_object_type} AND target_uuid = ${target.target_uuid})`);
}

function declaredTargets(uuid: Uuid, { type: operationType, header }: FoundHeader): BackfillRow[] {
  const type = findOperationType(operationType);
  if (type === null) return [];
  return targetsOf({ type, fields: header.stored.fields }).flatMap((target) => {
    const targetUuid = parseUuid(target.uuid);
    if (targetUuid === null) return [];
    return [
      {
        operation_uuid: uuid,
        operation_type: operationType,
        target_object_type: target.objectType,
        target_uuid: targetUuid,
        created_at: header.createdAt,
      },
    ];
  });
}

async function recordedTargets(session: Session, operations: readonly string[]): Promise<Set<string>> {
  const recorded = new Set<string>();
  for (const chunk of chunks(operations)) {
    const rows = await session.rows<Omit<BackfillRow, 'operation_type'>>(sql`
      SELECT operation_uuid, target_object_type, target_uuid
      FROM cluster_operation_targets WHERE operation_uuid IN ${chunk}`);
    for (const row of rows) recorded.add(keyOf(row));
  }
  return recorded;
}

function keyOf(target: Pick<BackfillRow, 'operation_uuid' | 'target_object_type' | 'target_uuid'>): string {
  return `${target.operation_uuid} ${target.target_object_type} ${target.target_uuid}`.toLowerCase();
}
