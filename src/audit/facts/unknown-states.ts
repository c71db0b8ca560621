import { sql } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../core/operations/state.js';
import { parseUuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import type { Session } from '../../database/session.js';
import type { StateOfOperation } from '../rules/facts.js';

const KNOWN: ReadonlySet<string | null> = new Set([...ACTIVE_STATES, ...TERMINAL_STATES]);

/**
 * Operations in states that are neither active nor final. Which states there are is read from the index, a few rows for
 * each; the rows themselves only of those that nobody knows.
 */
export async function readUnknownStates(
  session: Session,
  description: DatabaseDescription,
): Promise<StateOfOperation[]> {
  const kinds = await session.rows<{ object_type: string; state_value: string | null }>(sql`
    SELECT DISTINCT object_type, state_value FROM object_states WHERE object_type IN ${description.operationLabels}`);
  const found: StateOfOperation[] = [];
  for (const { object_type: label, state_value: state } of kinds) {
    if (KNOWN.has(state)) continue;
    const rows = await session.rows<{ object_uuid: string; update_time: number }>(sql`
      SELECT object_uuid, update_time FROM object_states WHERE object_type = ${label} AND state_value <=> ${state}`);
    for (const { object_uuid: text, update_time: since } of rows)
      found.push({ type: valueOfObjectType(label), uuid: parseUuid(text) ?? text, state, since });
  }
  return found;
}
