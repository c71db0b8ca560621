import type { Json } from '../json.js';
import type { ObjectTypeName, OperationTypeValue } from '../object-types.js';
import type { Uuid } from '../uuid.js';
import { objectTypeOfTarget, type FieldName } from './field.js';
import { HEADER_COLUMNS, type HeaderColumn, type OperationType } from './operation-type.js';
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
  return operation.type.targets.flatMap((name) => {
    const uuid = operation.fields[name];
    return typeof uuid === 'string' ? [{ objectType: objectTypeOfTarget(name), uuid }] : [];
  });
}

/** What the uuid columns of the `cluster_operations` row hold: the fields of the same name, or null. */
export function headerUuids(operation: Pick<Operation, 'fields'>): Record<HeaderColumn, Uuid | null> {
  const uuidOf = (column: HeaderColumn) => {
    const uuid = operation.fields[column];
    return typeof uuid === 'string' ? uuid : null;
  };
  const entries = HEADER_COLUMNS.map((column) => [column, uuidOf(column)] as const);
  return Object.fromEntries(entries) as Record<HeaderColumn, Uuid | null>;
}
