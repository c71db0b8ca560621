import { sql } from 'drizzle-orm';
import { isRecord, parseJson } from '../../core/json.js';
import type { StateChange } from '../../core/operations/lifetime.js';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../core/operations/state.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { answered, optionalQuestion, type Question } from '../questions.js';

/** Events that are read in all; a change of state is one of a few of an operation. */
const READ_AT_MOST = 20_000;

/** Under these keys of `extra` releases of Shaken Fist name the state that an object changed to. */
const KEYS = ['state', 'new', 'new_state', 'value'];
const STATES: readonly string[] = [...ACTIVE_STATES, ...TERMINAL_STATES];

/** What events tell of how operations changed; nothing where the account may not read them. */
export function stateChangesQuestion(
  operations: readonly { uuid: Uuid; type: string | null }[],
): Question<Map<Uuid, StateChange[]>> {
  const none = new Map<Uuid, StateChange[]>();
  const types = [...new Set(operations.map(({ type }) => type).filter((type) => type !== null))];
  if (types.length === 0) return answered(none);
  const uuids = operations.map(({ uuid }) => uuid);
  return optionalQuestion(
    sql`SELECT o.object_uuid AS uuid, e.timestamp AS at, e.extra
      FROM event_objects o STRAIGHT_JOIN events e ON e.event_uuid = o.event_uuid
      WHERE o.object_type IN ${types} AND o.object_uuid IN ${uuids} AND e.event_type <> 'resources'
      LIMIT ${READ_AT_MOST}`,
    (rows: { uuid: string; at: number; extra: string | null }[]) => {
      const changes = new Map<Uuid, StateChange[]>();
      for (const row of rows) {
        const state = stateIn(row.extra);
        if (state === null) continue;
        const uuid = parseUuid(row.uuid) ?? row.uuid;
        changes.set(uuid, [...(changes.get(uuid) ?? []), { at: row.at, state }]);
      }
      return changes;
    },
    none,
  );
}

function stateIn(extra: string | null): string | null {
  const value = extra === null ? null : parseJson(extra);
  if (!isRecord(value)) return null;
  const found = KEYS.map((key) => value[key]).find(
    (word) => typeof word === 'string' && STATES.includes(word),
  );
  return (found as string | undefined) ?? null;
}
