import { ownConventions } from '../../core/operations/conventions.js';
import { parseEnqueueRequest, type EnqueueRequest } from '../../core/operations/enqueue-request.js';
import type { Json } from '../../core/json.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { targetsOf, type Dependency, type Operation } from '../../core/operations/operation.js';
import { operationRows, type Row } from '../../core/operations/operation-rows.js';
import { isTerminal } from '../../core/operations/state.js';
import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import { merged, type MadeUpObject, type RowsByTable } from './made-up.js';
import { OPERATIONS, type Failure, type MadeUpOperation } from './operations.js';

/** Where Shaken Fist's database service runs: it, not the worker, is what `claimed_by` names. */
const DATABASE_NODE = 'sf-1';

export const madeUpOperations: readonly MadeUpObject[] = OPERATIONS.map((made) => ({
  object_type: operationOf(made).operation.type.value,
  uuid: made.uuid,
  name: null,
  state: made.state,
  shows: made.shows,
}));

/**
 * What Shaken Fist would have left in the database by now.
 *
 * @param everyTarget false: as `cluster_operation_targets` v1, whose unique key lets in only the first target of each
 *   operation, and whose writer took the refusal of the others for idempotency
 * @param now unix seconds
 */
export function operationHistoryRows(now: number, everyTarget: boolean): RowsByTable {
  return merged(OPERATIONS.map((made, index) => historyRows(made, index + 1, now, everyTarget)));
}

function historyRows(made: MadeUpOperation, number: number, now: number, everyTarget: boolean): RowsByTable {
  const { operation, request } = operationOf(made);
  const createdAt = now - made.enqueued;
  const changedAt = now - (made.changed ?? made.enqueued);
  const enqueued = operationRows(operation, request.queue, ownConventions(operation.type), createdAt, 0);
  const [state] = enqueued.object_states;
  return {
    ...enqueued,
    object_states: [
      { ...state, state_value: made.state, update_time: changedAt, message: made.message ?? null },
    ],
    work_queue: workRows(made, enqueued.work_queue, changedAt),
    cluster_operation_targets: everyTarget
      ? enqueued.cluster_operation_targets
      : enqueued.cluster_operation_targets.slice(0, 1),
    ...(made.failure === undefined
      ? {}
      : { cluster_operation_errors: [errorRow(made.failure, made.uuid, changedAt)] }),
    ...eventRows(made, operation, number, createdAt, changedAt),
  };
}

function operationOf({ uuid, request: raw }: MadeUpOperation): {
  operation: Operation;
  request: EnqueueRequest;
} {
  const request = parseEnqueueRequest({ ...raw, uuid });
  // `latest` and `pending`, which only a database could resolve, are not used here.
  const runsAfter = request.runsAfter as readonly Dependency[] | null;
  return { request, operation: { ...request, uuid, runsAfter } };
}

function workRows(made: MadeUpOperation, enqueued: readonly Row[], changedAt: number): Row[] {
  if (isTerminal(made.state) || made.work === 'missing') return [];
  const { work } = made;
  return enqueued.map((row) => {
    if (work !== undefined) {
      const payload = { ...(JSON.parse(String(row.payload)) as Record<string, string>), defer_count: 2 };
      return {
        ...row,
        scheduled_at: changedAt + work.deferredFor,
        payload: pythonJson(payload),
        created_at: changedAt,
      };
    }
    if (made.state === 'queued') return row;
    return { ...row, claimed_at: changedAt, claimed_by: DATABASE_NODE, attempts: 1 };
  });
}

function errorRow(failure: Failure, uuid: Uuid, changedAt: number): Row {
  const traceback = `Traceback (most recent call last):\n${failure.origin_class}: ${failure.message}\n`;
  return {
    op_uuid: undashed(uuid),
    error_report: pythonJson({ ...failure, traceback }),
    created_at: changedAt,
  };
}

/** An event belongs to the operation and, as everything that happens to them, to its targets. */
function eventRows(
  made: MadeUpOperation,
  operation: Operation,
  number: number,
  createdAt: number,
  changedAt: number,
): RowsByTable {
  const objects = [
    { objectType: operation.type.value, uuid: operation.uuid },
    ...targetsOf(operation).map(({ objectType, uuid }) => ({
      objectType: valueOfObjectType(objectType),
      uuid,
    })),
  ];
  const event = (ordinal: number, type: string, timestamp: number, message: string, extra: Json) => ({
    event_uuid: `9000${String(number).padStart(2, '0')}0${ordinal}-0000-4000-8000-000000000000`,
    event_type: type,
    timestamp,
    fqdn: DATABASE_NODE,
    duration: null,
    message,
    extra: pythonJson(extra),
    request_id: operation.requestId,
  });
  const events = [event(1, 'audit', createdAt, 'operation enqueued', { tasks: operation.tasks })];
  if (made.state !== 'queued') {
    events.push(event(2, 'mutate', changedAt, 'state changed', { state: made.state }));
  }
  return {
    events,
    event_objects: events.flatMap(({ event_uuid }) =>
      objects.map(({ objectType, uuid }) => ({ object_type: objectType, object_uuid: uuid, event_uuid })),
    ),
  };
}
