import { sql } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import { readStoredOperation, type FoundDependency } from '../../core/operations/read-operation.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { askTogether, question } from '../questions.js';
import type { Session } from '../session.js';
import { IN_INDEX_ORDER, isActiveOperation } from './active-side.js';

/** What an operation waits for, with as much of it as a picture shows. Times are unix seconds. */
export interface Waiter {
  uuid: Uuid;
  operationType: string;
  /** Null where it has no state row. */
  state: string | null;
  since: number | null;
  /** Empty where its header is gone. */
  tasks: readonly string[];
  dependsOn: readonly FoundDependency[];
  runsAfter: readonly FoundDependency[];
}

/** Operations read with one statement. */
const CHUNK = 1000;

interface HeaderColumns {
  uuid: string;
  operation_type: string;
  metadata_json: string;
}

interface StateColumns {
  object_uuid: string;
  object_type: string;
  state_value: string | null;
  update_time: number;
}

/** Operations by uuid, one round trip a thousand; those of which neither header nor state is left are absent. */
export async function readWaiters(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, Waiter>> {
  const waiters = new Map<Uuid, Waiter>();
  for (let start = 0; start < uuids.length; start += CHUNK) {
    const chunk = uuids.slice(start, start + CHUNK);
    const { headers, states } = await askTogether(session, {
      headers: question(
        sql`SELECT uuid, operation_type, metadata_json FROM cluster_operations WHERE uuid IN ${chunk.map(undashed)}`,
        (rows: HeaderColumns[]) => new Map(rows.map((row) => [parseUuid(row.uuid) ?? row.uuid, row])),
      ),
      states: question(
        sql`SELECT object_uuid, object_type, state_value, update_time FROM object_states
          WHERE object_type IN ${description.operationLabels} AND object_uuid IN ${chunk}`,
        (rows: StateColumns[]) => new Map(rows.map((row) => [row.object_uuid.toLowerCase(), row])),
      ),
    });
    for (const uuid of chunk) {
      const [header, state] = [headers.get(uuid), states.get(uuid)];
      if (header !== undefined || state !== undefined) waiters.set(uuid, waiter(uuid, header, state));
    }
  }
  return waiters;
}

/**
 * The active operations that wait for any other; reads two rows for each active operation. Who waits for an operation
 * is written only with those that wait, and no index covers it.
 *
 * @param limit of operations returned
 */
export async function activeWaiters(
  session: Session,
  description: DatabaseDescription,
  limit: number,
): Promise<Waiter[]> {
  const rows = await session.rows<HeaderColumns & StateColumns>(sql`
    SELECT o.uuid, o.operation_type, o.metadata_json, s.object_uuid, s.object_type, s.state_value, s.update_time
    FROM object_states s STRAIGHT_JOIN cluster_operations o ON o.uuid = REPLACE(s.object_uuid, '-', '')
    WHERE ${isActiveOperation(description)} AND (JSON_QUERY(o.metadata_json, '$.depends_on') IS NOT NULL
      OR JSON_QUERY(o.metadata_json, '$.runs_after') IS NOT NULL)
    ${IN_INDEX_ORDER} LIMIT ${limit}`);
  return rows.map((row) => waiter(parseUuid(row.uuid) ?? row.uuid, row, row));
}

/** The first target of each operation, where it has one. */
export async function firstTargets(
  session: Session,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, { objectType: string; uuid: Uuid }>> {
  const targets = new Map<Uuid, { objectType: string; uuid: Uuid }>();
  if (uuids.length === 0) return targets;
  const rows = await session.rows<{ operation_uuid: string; type: string; target: string }>(sql`
    SELECT operation_uuid, target_object_type AS type, target_uuid AS target FROM cluster_operation_targets
    WHERE operation_uuid IN ${uuids} ORDER BY sequence_number`);
  for (const { operation_uuid: operation, type, target } of rows) {
    const uuid = parseUuid(operation) ?? operation;
    if (!targets.has(uuid))
      targets.set(uuid, { objectType: valueOfObjectType(type), uuid: parseUuid(target) ?? target });
  }
  return targets;
}

function waiter(uuid: Uuid, header: HeaderColumns | undefined, state: StateColumns | undefined): Waiter {
  const stored = header === undefined ? null : readStoredOperation(header.metadata_json);
  return {
    uuid,
    operationType: header?.operation_type ?? valueOfObjectType(state!.object_type),
    state: state?.state_value ?? null,
    since: state?.update_time ?? null,
    tasks: stored?.tasks ?? [],
    dependsOn: stored?.dependsOn ?? [],
    runsAfter: stored?.runsAfter ?? [],
  };
}
