import { isDeepStrictEqual } from 'node:util';
import { RefusedError } from '../errors.js';
import type { Json } from '../json.js';
import { pythonJson } from '../python-json.js';
import { ownConventions, type Conventions } from './conventions.js';
import type { Operation } from './operation.js';

/** The object in `cluster_operations.metadata_json`; the order of its keys is the order in which they are written. */
export type StoredOperation = Readonly<Record<string, Json>>;

/**
 * The stored form of an operation, with the keys and version that the cluster uses. Throws a `RefusedError` when the
 * operation needs a key that the cluster does not write: its workers would not see the value.
 */
export function storedOperation(
  operation: Operation,
  conventions: Conventions = ownConventions(operation.type),
): StoredOperation {
  const values: Readonly<Record<string, Json>> = {
    uuid: operation.uuid,
    ...operation.fields,
    priority: operation.priority,
    request_id: operation.requestId,
    tasks: operation.tasks,
    depends_on: operation.dependsOn?.map(({ op_type, op_uuid }) => ({ op_type, op_uuid })) ?? null,
    runs_after: operation.runsAfter?.map(({ op_type, op_uuid }) => ({ op_type, op_uuid })) ?? null,
    version: conventions.version,
  };
  const lost = Object.keys(values).filter((key) => values[key] !== null && !conventions.keys.includes(key));
  if (lost.length > 0) {
    const type = operation.type.value;
    throw new RefusedError(
      `this cluster writes ${type} without ${lost.join(', ')} (version ${conventions.version}), which this operation needs`,
      {
        hint: `An operation of this cluster's own that has the key would lift this: sf-ops follows the newest ${type}.`,
      },
    );
  }
  const stored: Record<string, Json> = {};
  for (const key of conventions.keys) stored[key] = values[key] ?? null;
  return stored;
}

/** The bytes of `cluster_operations.metadata_json`, as Shaken Fist's own serialiser gives them. */
export function storedJson(stored: StoredOperation): string {
  return pythonJson(stored);
}

/** The bytes of `work_queue.payload` of an operation that was not deferred yet. */
export function workPayload(operation: Pick<Operation, 'type' | 'uuid'>): string {
  return pythonJson({ operation_type: operation.type.value, operation_uuid: operation.uuid });
}

/**
 * The keys in which two stored operations differ in content: the order of keys does not count, nor an absent key
 * against null, nor `version`, which tells how an operation was written and not what it asks for.
 */
export function differingKeys(one: StoredOperation, other: StoredOperation): string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  keys.delete('version');
  return [...keys].filter((key) => !isDeepStrictEqual(one[key] ?? null, other[key] ?? null));
}
