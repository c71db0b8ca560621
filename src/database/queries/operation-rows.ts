import { sql } from 'drizzle-orm';
import { isRecord, parseJson } from '../../core/json.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type {
  OperationError,
  OperationHeader,
  OperationTarget,
  StateRow,
} from '../../core/operations/operation-record.js';
import { readStoredOperation } from '../../core/operations/read-operation.js';
import { isTerminal } from '../../core/operations/state.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import type { DatabaseDescription } from '../description.js';
import { answered, ask, optionalQuestion, question, type Question } from '../questions.js';
import type { Session } from '../session.js';

/** The columns of `cluster_operations` that a header is made from. */
export interface HeaderColumns {
  created_at: number;
  priority: string | null;
  node_uuid: string | null;
  metadata_json: string;
}

export function operationHeader(row: HeaderColumns): OperationHeader {
  const stored = readStoredOperation(row.metadata_json);
  return {
    createdAt: row.created_at,
    priority: row.priority ?? stored.priority,
    nodeUuid: row.node_uuid === null ? null : parseUuid(row.node_uuid),
    stored,
    metadataJson: row.metadata_json,
  };
}

export interface FoundHeader {
  type: string;
  header: OperationHeader;
}

export function headersQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, FoundHeader>> {
  return question(
    sql`SELECT uuid, operation_type, created_at, priority, node_uuid, metadata_json
      FROM cluster_operations WHERE uuid IN ${uuids.map(undashed)}`,
    (rows: (HeaderColumns & { uuid: string; operation_type: string })[]) =>
      new Map(
        rows.map((row) => [
          parseUuid(row.uuid) ?? row.uuid,
          { type: row.operation_type, header: operationHeader(row) },
        ]),
      ),
  );
}

/** The header rows of operations, a round trip a thousand; those that are gone are absent. */
export async function operationHeaders(
  session: Session,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, FoundHeader>> {
  const headers = new Map<Uuid, FoundHeader>();
  for (const chunk of chunks([...new Set(uuids)])) {
    const found = await ask(session, headersQuestion(chunk));
    for (const [uuid, header] of found) headers.set(uuid, header);
  }
  return headers;
}

/** The columns of `object_states` that a state is made from. */
export interface StateColumns {
  state_value: string | null;
  update_time: number;
  message: string | null;
}

export function stateRow({ state_value: value, update_time: since, message }: StateColumns): StateRow {
  return { value, since, message };
}

export interface FoundState {
  type: string;
  row: StateRow;
}

/** Of several state rows (one without a label beside one with) the active one counts, as it does for Shaken Fist. */
export function statesQuestion(
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Question<Map<Uuid, FoundState>> {
  if (uuids.length === 0) return answered(new Map<Uuid, FoundState>());
  return question(
    sql`SELECT object_uuid, object_type, state_value, update_time, message FROM object_states
      WHERE object_type IN ${description.operationLabels} AND object_uuid IN ${[...new Set(uuids)]}`,
    (rows: (StateColumns & { object_uuid: string; object_type: string })[]) => {
      const states = new Map<Uuid, FoundState>();
      for (const row of rows) {
        const uuid = parseUuid(row.object_uuid) ?? row.object_uuid;
        if (states.has(uuid) && isTerminal(row.state_value)) continue;
        states.set(uuid, { type: valueOfObjectType(row.object_type), row: stateRow(row) });
      }
      return states;
    },
  );
}

/** The states of operations, a round trip a thousand; those without a row are absent. */
export async function operationStates(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, StateRow>> {
  const states = new Map<Uuid, StateRow>();
  for (const chunk of chunks([...new Set(uuids)])) {
    const found = await ask(session, statesQuestion(description, chunk));
    for (const [uuid, { row }] of found) states.set(uuid, row);
  }
  return states;
}

/** The columns of `cluster_operation_targets`, in whichever version. */
export interface TargetColumns {
  sequence_number: number | string;
  operation_uuid: string;
  operation_type: string;
  target_object_type: string;
  target_uuid: string;
  created_at: number;
  /** Absent before v3. */
  observational?: number | null;
}

export function operationTarget(row: TargetColumns): OperationTarget {
  return {
    sequenceNumber: row.sequence_number,
    objectType: valueOfObjectType(row.target_object_type),
    uuid: parseUuid(row.target_uuid) ?? row.target_uuid,
    createdAt: row.created_at,
    observational: row.observational === 1,
  };
}

/** The targets of one operation, and its type as they tell it. */
export interface FoundTargets {
  type: string;
  targets: OperationTarget[];
}

export function targetsQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, FoundTargets>> {
  return question(
    // Every column, so that an account which may not see `observational` is refused instead of misled.
    sql`SELECT * FROM cluster_operation_targets WHERE operation_uuid IN ${uuids} ORDER BY sequence_number`,
    targetsByOperation,
  );
}

export function targetsByOperation(rows: readonly TargetColumns[]): Map<Uuid, FoundTargets> {
  const found = new Map<Uuid, FoundTargets>();
  for (const row of rows) {
    const uuid = parseUuid(row.operation_uuid) ?? row.operation_uuid;
    const known = found.get(uuid);
    if (known === undefined) found.set(uuid, { type: row.operation_type, targets: [operationTarget(row)] });
    else known.targets.push(operationTarget(row));
  }
  return found;
}

/** Where the table is missing or may not be read, a failure has no report; its state says that it failed. */
export function errorsQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, OperationError>> {
  if (uuids.length === 0) return answered(new Map<Uuid, OperationError>());
  return optionalQuestion(
    sql`SELECT op_uuid, error_report FROM cluster_operation_errors WHERE op_uuid IN ${uuids.map(undashed)}`,
    (rows: { op_uuid: string; error_report: string | null }[]) =>
      new Map(rows.map((row) => [parseUuid(row.op_uuid) ?? row.op_uuid, errorReport(row.error_report)])),
    new Map<Uuid, OperationError>(),
  );
}

function errorReport(text: string | null): OperationError {
  const report = text === null ? null : parseJson(text);
  if (!isRecord(report))
    return { code: null, message: text, details: null, originClass: null, traceback: null };
  const textOf = (key: string): string | null => {
    const value = report[key] ?? null;
    return value === null || typeof value === 'string' ? value : JSON.stringify(value);
  };
  return {
    code: textOf('code'),
    message: textOf('message'),
    details: report.details ?? null,
    originClass: textOf('origin_class'),
    traceback: textOf('traceback'),
  };
}
