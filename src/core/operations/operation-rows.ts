import { nameOfObjectType } from '../object-types.js';
import { undashed, type Uuid } from '../uuid.js';
import type { Conventions } from './conventions.js';
import { headerUuids, targetsOf, type Operation } from './operation.js';
import type { Queue } from './routing.js';
import { storedJson, storedOperation, workPayload } from './stored-operation.js';

export type RowValue = string | number | null;
/** Column → value, in the order in which Shaken Fist names the columns. */
export type Row = Readonly<Record<string, RowValue>>;

/**
 * Bytes that a row takes in a statement, at most: text may go in hex. Long text is JSON, and that is ASCII; short text
 * may be anything.
 */
export function bytesOf(row: Row): number {
  let bytes = 0;
  for (const column in row) {
    const value = row[column];
    bytes += typeof value === 'string' ? 20 + (value.length > SHORT_TEXT ? 2 : 6) * value.length : 24;
  }
  return bytes;
}

/** The longest text columns are VARCHAR(255). */
const SHORT_TEXT = 255;

/** The rows that one operation consists of, table by table in the order in which they are written. */
export interface OperationRows {
  cluster_operations: Row[];
  object_states: Row[];
  work_queue: Row[];
  cluster_operation_targets: Row[];
}

/**
 * What is written to enqueue an operation (database contract, section 5): uuids without dashes in the header and with
 * dashes elsewhere, names in ENUM columns and values in string columns, a target row for every declared target.
 *
 * @param createdAt unix seconds
 * @param delay seconds until the work may begin
 * @throws RefusedError when the operation needs a key that this cluster does not write
 */
export function operationRows(
  operation: Operation,
  queue: Queue,
  conventions: Conventions,
  createdAt: number,
  delay: number,
): OperationRows {
  const { type, uuid, priority } = operation;
  const { node_uuid, instance_uuid, network_uuid } = headerUuids(operation);
  return {
    cluster_operations: [
      {
        uuid: undashed(uuid),
        operation_type: type.value,
        created_at: createdAt,
        node_uuid: undashedOrNull(node_uuid),
        instance_uuid: undashedOrNull(instance_uuid),
        network_uuid: undashedOrNull(network_uuid),
        priority,
        metadata_json: storedJson(storedOperation(operation, conventions)),
      },
    ],
    object_states: [
      {
        object_uuid: uuid,
        object_type: nameOfObjectType(type.value)!,
        state_value: 'queued',
        update_time: createdAt,
        message: null,
      },
    ],
    work_queue: [
      {
        queue_name: queue.name,
        scheduled_at: createdAt + delay,
        claimed_at: null,
        claimed_by: null,
        attempts: 0,
        payload: workPayload(operation),
        created_at: createdAt,
      },
    ],
    cluster_operation_targets: targetsOf(operation).map((target) => ({
      operation_uuid: uuid,
      operation_type: type.value,
      target_object_type: target.objectType,
      target_uuid: target.uuid,
      created_at: createdAt,
    })),
  };
}

function undashedOrNull(uuid: Uuid | null): string | null {
  return uuid === null ? null : undashed(uuid);
}
