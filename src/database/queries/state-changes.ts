import { sql } from 'drizzle-orm';
import { isRecord, parseJson } from '../../core/json.js';
import type { StateChange } from '../../core/operations/lifetime.js';
import { ACTIVE_STATES, TERMINAL_STATES } from '../../core/operations/state.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import { answered, ask, optionalQuestion, type Question } from '../questions.js';
import type { Session } from '../session.js';

/** Events that are read with one statement; a change of state is one of a few of an operation. */
const READ_AT_ONCE = 20_000;

/** Under these keys of `extra` releases of Shaken Fist name the state that an object changed to. */
const KEYS = ['state', 'new', 'new_state', 'value'];
const STATES: readonly string[] = [...ACTIVE_STATES, ...TERMINAL_STATES];

/** What events tell of how operations changed; nothing where the account may not read them. */
export async function readStateChanges(
  session: Session,
  operations: readonly ChangedOperation[],
): Promise<Map<Uuid, StateChange[]>> {
  const found = new Map<Uuid, StateChange[]>();
  for (const chunk of chunks(operations)) await readInto(found, session, chunk);
  return found;
}

interface ChangedOperation {
  uuid: Uuid;
  type: string | null;
}

/** Those that have more events than are read at once are asked for by halves; those of a single one are read whole. */
async function readInto(
  found: Map<Uuid, StateChange[]>,
  session: Session,
  operations: readonly ChangedOperation[],
): Promise<void> {
  const most = operations.length > 1 ? READ_AT_ONCE : Infinity;
  const changes = await ask(session, stateChangesQuestion(operations, most));
  if (changes !== null) {
    for (const [uuid, ofOne] of changes) found.set(uuid, ofOne);
    return;
  }
  const middle = Math.ceil(operations.length / 2);
  await readInto(found, session, operations.slice(0, middle));
  await readInto(found, session, operations.slice(middle));
}

/** Answered with null where there are more events than `most`. */
function stateChangesQuestion(
  operations: readonly ChangedOperation[],
  most: number,
): Question<Map<Uuid, StateChange[]> | null> {
  const none = new Map<Uuid, StateChange[]>();
  const types = [...new Set(operations.map(({ type }) => type).filter((type) => type !== null))];
  if (types.length === 0) return answered(none);
  // Each with its own type: any with any would be as many places in the index as there are pairs.
  const ofTypes = types.map((type) => {
    const uuids = operations.filter((operation) => operation.type === type).map(({ uuid }) => uuid);
    return sql`o.object_type = ${type} AND o.object_uuid IN ${uuids}`;
  });
  const limit = most === Infinity ? sql`` : sql`LIMIT ${most + 1}`;
  return optionalQuestion(
    sql`SELECT o.object_uuid AS uuid, e.timestamp AS at, e.extra
      FROM event_objects o STRAIGHT_JOIN events e ON e.event_uuid = o.event_uuid
      WHERE (${sql.join(ofTypes, sql` OR `)}) AND e.event_type <> 'resources' ${limit}`,
    (rows: { uuid: string; at: number; extra: string | null }[]) =>
      rows.length > most ? null : changesIn(rows),
    none,
  );
}

function changesIn(
  rows: readonly { uuid: string; at: number; extra: string | null }[],
): Map<Uuid, StateChange[]> {
  const changes = new Map<Uuid, StateChange[]>();
  for (const row of rows) {
    const state = stateIn(row.extra);
    if (state === null) continue;
    const uuid = parseUuid(row.uuid) ?? row.uuid;
    const known = changes.get(uuid);
    if (known === undefined) changes.set(uuid, [{ at: row.at, state }]);
    else known.push({ at: row.at, state });
  }
  return changes;
}

function stateIn(extra: string | null): string | null {
  const value = extra === null ? null : parseJson(extra);
  if (!isRecord(value)) return null;
  const found = KEYS.map((key) => value[key]).find(
    (word) => typeof word === 'string' && STATES.includes(word),
  );
  return (found as string | undefined) ?? null;
}
