import type { Json } from '../json.js';
import type { ObjectTypeName, OperationTypeValue } from '../object-types.js';
import type { Uuid } from '../uuid.js';
import { objectTypeOfTarget, type FieldName } from './field.js';
import type { HeaderColumn, OperationType } from './operation-type.js';
import type { PriorityName } from './priority.js';

/** A reference to an operation, in the form that Shaken Fist stores. */
export interface Dependency {
  readonly op_type: OperationTypeValue;
  readonly op_uuid: Uuid;
}

/** The values of a type's own fields: every field of the type, null where unset. */
export type FieldValues = Readonly<Partial<Record<FieldName, Json>>>;

/** An operation that is ready to be written. */
export interface Operation {
  readonly type: OperationType;
  readonly uuid: Uuid;
  readonly fields: FieldValues;
  readonly priority: PriorityName;
  readonly requestId: string | null;
  readonly tasks: readonly string[];
  /** Must complete first, or this operation is aborted. Null, never empty. */
  readonly dependsOn: readonly Dependency[] | null;
  /** Must end first, however it ends. Null, never empty. */
  readonly runsAfter: readonly Dependency[] | null;
}

/** An object that an operation works on, and that counts as busy until the operation ends. */
export interface Target {
  readonly objectType: ObjectTypeName;
  readonly uuid: Uuid;
}

/** The targets that the type declares and the operation names, in declared order. */
export function targetsOf(operation: Pick<Operation, 'type' | 'fields'>): Target[] {
  const targets: Target[] = [];
  for (const name of operation.type.targets) {
    const uuid = operation.fields[name];
    if (typeof uuid === 'string') targets.push({ objectType: objectTypeOfTarget(name), uuid });
  }
  return targets;
}

/** What the uuid columns of the `cluster_operations` row hold: the fields of the same name, or null. */
export function headerUuids({ fields }: Pick<Operation, 'fields'>): Record<HeaderColumn, Uuid | null> {
  const { node_uuid, instance_uuid, network_uuid } = fields;
  return {
    node_uuid: textOrNull(node_uuid),
    instance_uuid: textOrNull(instance_uuid),
    network_uuid: textOrNull(network_uuid),
  };
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
