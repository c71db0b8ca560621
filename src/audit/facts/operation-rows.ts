import { sql } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import type { OperationHeader, OperationTarget, StateRow } from '../../core/operations/operation-record.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import { IN_INDEX_ORDER, isActiveOperation } from '../../database/queries/active-side.js';
import { operationHeader, type HeaderRow } from '../../database/queries/operation-header.js';
import type { DatabaseDescription } from '../../database/description.js';
import { askTogether, question, type Question } from '../../database/questions.js';
import type { Session } from '../../database/session.js';

/** Operations named in one statement. */
const CHUNK = 1000;

export interface ActiveRow {
  uuid: Uuid;
  type: string;
  state: StateRow;
  header: RowsOfOperation['header'];
}

export interface RowsOfOperation {
  header: { type: string; header: OperationHeader } | null;
  targets: AuditedTarget[];
}

/** A target with the label that the database has for its type. */
export type AuditedTarget = OperationTarget & { label: string };

/** The states of all active operations with their headers, joined in that order whatever the optimizer thinks. */
export async function readActiveRows(
  session: Session,
  description: DatabaseDescription,
): Promise<ActiveRow[]> {
  type Row = StateColumns & HeaderRow & { uuid: string | null; operation_type: string };
  const rows = await session.rows<Row>(sql`
    SELECT s.object_uuid, s.object_type, s.state_value, s.update_time, s.message,
      h.uuid, h.operation_type, h.created_at, h.priority, h.node_uuid, h.metadata_json
    FROM object_states s LEFT JOIN cluster_operations h ON h.uuid = REPLACE(s.object_uuid, '-', '')
    WHERE ${isActiveOperation(description)} ${IN_INDEX_ORDER}`);
  return rows.map((row) => ({
    uuid: parseUuid(row.object_uuid) ?? row.object_uuid,
    type: valueOfObjectType(row.object_type),
    state: { value: row.state_value, since: row.update_time, message: row.message },
    header: row.uuid === null ? null : { type: row.operation_type, header: operationHeader(row) },
  }));
}

/** The targets of all active operations, from the active side too. */
export async function readActiveTargets(
  session: Session,
  description: DatabaseDescription,
): Promise<Map<Uuid, AuditedTarget[]>> {
  // Every column, so that an account which may not see `observational` is refused instead of misled.
  const rows = await session.rows<TargetColumns>(sql`
    SELECT t.* FROM object_states s STRAIGHT_JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
    WHERE ${isActiveOperation(description)} ${IN_INDEX_ORDER}`);
  return targetsByOperation(rows);
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
      found.set(uuid, { header: headers.get(uuid) ?? null, targets: targets.get(uuid) ?? [] });
  }
  return found;
}

/** The states of operations of any type, active or not, and since when; those without a row are absent. */
export async function readStateRowsOf(
  session: Session,
  description: DatabaseDescription,
  uuids: Iterable<Uuid>,
): Promise<Map<Uuid, { value: string | null; since: number }>> {
  const states = new Map<Uuid, { value: string | null; since: number }>();
  for (const chunk of chunks([...new Set(uuids)])) {
    const rows = await session.rows<Omit<StateColumns, 'object_type' | 'message'>>(sql`
      SELECT object_uuid, state_value, update_time FROM object_states
      WHERE object_type IN ${description.operationLabels} AND object_uuid IN ${chunk}`);
    for (const { object_uuid: text, state_value: value, update_time: since } of rows)
      states.set(parseUuid(text) ?? text, { value, since });
  }
  return states;
}

/** As `readStateRowsOf`, the states alone. */
export async function readStatesOf(
  session: Session,
  description: DatabaseDescription,
  uuids: Iterable<Uuid>,
): Promise<Map<Uuid, string | null>> {
  const states = await readStateRowsOf(session, description, uuids);
  return new Map([...states].map(([uuid, { value }]) => [uuid, value]));
}

export function* chunks<T>(items: readonly T[]): Iterable<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

interface StateColumns {
  object_uuid: string;
  object_type: string;
  state_value: string | null;
  update_time: number;
  message: string | null;
}

function headersQuestion(
  uuids: readonly Uuid[],
): Question<Map<Uuid, { type: string; header: OperationHeader }>> {
  return question(
    sql`SELECT uuid, operation_type, created_at, priority, node_uuid, metadata_json
      FROM cluster_operations WHERE uuid IN ${uuids.map(undashed)}`,
    (rows: (HeaderRow & { uuid: string; operation_type: string })[]) =>
      new Map(
        rows.map((row) => [
          parseUuid(row.uuid) ?? row.uuid,
          { type: row.operation_type, header: operationHeader(row) },
        ]),
      ),
  );
}

interface TargetColumns {
  sequence_number: number | string;
  operation_uuid: string;
  target_object_type: string;
  target_uuid: string;
  created_at: number;
  observational?: number | null;
}

function targetsQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, AuditedTarget[]>> {
  return question(
    sql`SELECT * FROM cluster_operation_targets WHERE operation_uuid IN ${uuids}`,
    targetsByOperation,
  );
}

function targetsByOperation(rows: readonly TargetColumns[]): Map<Uuid, AuditedTarget[]> {
  const targets = new Map<Uuid, AuditedTarget[]>();
  for (const row of rows) {
    const uuid = parseUuid(row.operation_uuid) ?? row.operation_uuid;
    const target: AuditedTarget = {
      sequenceNumber: row.sequence_number,
      label: row.target_object_type,
      objectType: valueOfObjectType(row.target_object_type),
      uuid: parseUuid(row.target_uuid) ?? row.target_uuid,
      createdAt: row.created_at,
      observational: row.observational === 1,
    };
    const known = targets.get(uuid);
    if (known === undefined) targets.set(uuid, [target]);
    else known.push(target);
  }
  return targets;
}
