import { sql } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../core/operations/state.js';
import { parseUuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { IN_INDEX_ORDER } from '../../database/queries/active-side.js';
import type { Session } from '../../database/session.js';
import type { StateOfOperation } from '../rules/facts.js';

const KNOWN = [...ACTIVE_STATES, ...TERMINAL_STATES];

/**
 * Operations in states that are neither active nor final: the gaps between the known ones in the index on type and state,
 * each of which is one look where it is empty.
 */
export async function readUnknownStates(
  session: Session,
  description: DatabaseDescription,
): Promise<StateOfOperation[]> {
  const rows = await session.rows<{
    object_type: string;
    object_uuid: string;
    state_value: string | null;
    update_time: number;
  }>(sql`
    SELECT s.object_type, s.object_uuid, s.state_value, s.update_time FROM object_states s
    WHERE s.object_type IN ${description.operationLabels}
      AND (s.state_value NOT IN ${KNOWN} OR s.state_value IS NULL) ${IN_INDEX_ORDER}`);
  return rows.map((row) => ({
    type: valueOfObjectType(row.object_type),
    uuid: parseUuid(row.object_uuid) ?? row.object_uuid,
    state: row.state_value,
    since: row.update_time,
  }));
}
