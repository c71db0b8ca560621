import { nameOfObjectType, type ObjectTypeValue } from '../../core/object-types.js';
import type { Row } from '../../core/operations/operation-rows.js';
import type { Uuid } from '../../core/uuid.js';

/** A part of the made-up cluster: table → rows, each table's in the order in which they are written. */
export type RowsByTable = Readonly<Record<string, readonly Row[]>>;

/** One thing in the made-up cluster, as `sandbox seed` lists it. */
export interface MadeUpObject {
  object_type: ObjectTypeValue;
  uuid: Uuid;
  /** Null for what has no name. */
  name: string | null;
  state: string;
  /** What it is there to show. */
  shows: string;
}

/** All rows of several parts, those of one table in the order of the parts. */
export function merged(parts: readonly RowsByTable[]): RowsByTable {
  const all = new Map<string, Row[]>();
  for (const part of parts) {
    for (const [table, rows] of Object.entries(part)) all.set(table, [...(all.get(table) ?? []), ...rows]);
  }
  return Object.fromEntries(all);
}

/** The `object_states` row of an ordinary object. */
export function stateRow(
  object: Pick<MadeUpObject, 'object_type' | 'uuid' | 'state'>,
  updateTime: number,
  message: string | null = null,
): Row {
  return {
    object_uuid: object.uuid,
    object_type: nameOfObjectType(object.object_type),
    state_value: object.state,
    update_time: updateTime,
    message,
  };
}
