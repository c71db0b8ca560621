import { sql } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import type { OperationTarget, StateRow } from '../../core/operations/operation-record.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { chunks } from '../../database/chunks.js';
import type { DatabaseDescription } from '../../database/description.js';
import { IN_INDEX_ORDER, isActiveOperation } from '../../database/queries/active-side.js';
import {
  headersQuestion,
  operationHeader,
  stateRow,
  targetsByOperation,
  targetsQuestion,
  type FoundHeader,
  type FoundTargets,
  type HeaderColumns,
  type StateColumns,
  type TargetColumns,
} from '../../database/queries/operation-rows.js';
import { askTogether } from '../../database/questions.js';
import type { Session } from '../../database/session.js';

export interface ActiveRow {
  uuid: Uuid;
  type: string;
  state: StateRow;
  header: FoundHeader | null;
}

/** The states of all active operations with their headers, joined in that order whatever the optimizer thinks. */
export async function readActiveRows(
  session: Session,
  description: DatabaseDescription,
): Promise<ActiveRow[]> {
  type Row = StateColumns &
    HeaderColumns & { object_uuid: string; object_type: string; uuid: string | null; operation_type: string };
  const rows = await session.rows<Row>(sql`
    SELECT s.object_uuid, s.object_type, s.state_value, s.update_time, s.message,
      h.uuid, h.operation_type, h.created_at, h.priority, h.node_uuid, h.metadata_json
    FROM object_states s LEFT JOIN cluster_operations h ON h.uuid = REPLACE(s.object_uuid, '-', '')
    WHERE ${isActiveOperation(description)} ${IN_INDEX_ORDER}`);
  return rows.map((row) => ({
    uuid: parseUuid(row.object_uuid) ?? row.object_uuid,
    type: valueOfObjectType(row.object_type),
    state: stateRow(row),
    header: row.uuid === null ? null : { type: row.operation_type, header: operationHeader(row) },
  }));
}

/** The targets of all active operations, from the active side too. */
export async function readActiveTargets(
  session: Session,
  description: DatabaseDescription,
): Promise<Map<Uuid, FoundTargets>> {
  // Every column, so that an account which may not see `observational` is refused instead of misled.
  const rows = await session.rows<TargetColumns>(sql`
    SELECT t.* FROM object_states s STRAIGHT_JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
    WHERE ${isActiveOperation(description)} ${IN_INDEX_ORDER}`);
  return targetsByOperation(rows);
}

export interface RowsOfOperation {
  header: FoundHeader | null;
  targets: readonly OperationTarget[];
}

/** Headers and targets of operations, a round trip a thousand. */
export async function readRowsOf(
  session: Session,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, RowsOfOperation>> {
  const found = new Map<Uuid, RowsOfOperation>();
  for (const chunk of chunks(uuids)) {
    const { headers, targets } = await askTogether(session, {
      headers: headersQuestion(chunk),
      targets: targetsQuestion(chunk),
    });
    for (const uuid of chunk)
      found.set(uuid, { header: headers.get(uuid) ?? null, targets: targets.get(uuid)?.targets ?? [] });
  }
  return found;
}
