import { sql } from 'drizzle-orm';
import type { StateRow } from '../../core/operations/operation-record.js';
import type { Session } from '../session.js';
import { stateRow, type StateColumns } from './operation-rows.js';
import type { ObjectReference } from './targets.js';

/** The state row of one object; null where there is none. */
export async function objectState(
  session: Session,
  { typeName, uuid }: ObjectReference,
): Promise<StateRow | null> {
  const [row] =
    await session.rows<StateColumns>(sql`SELECT state_value, update_time, message FROM object_states
    WHERE object_type = ${typeName} AND object_uuid = ${uuid}`);
  return row === undefined ? null : stateRow(row);
}
