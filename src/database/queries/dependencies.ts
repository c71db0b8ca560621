import { sql } from 'drizzle-orm';
import type { FoundDependency } from '../../core/operations/read-operation.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import type { DatabaseDescription } from '../description.js';
import { ask, askTogether } from '../questions.js';
import type { Session } from '../session.js';
import { IN_INDEX_ORDER, isActiveOperation } from './active-side.js';
import {
  headersQuestion,
  operationHeader,
  stateRow,
  statesQuestion,
  targetsQuestion,
  type FoundHeader,
  type FoundState,
  type HeaderColumns,
  type StateColumns,
} from './operation-rows.js';

/** What an operation waits for, with as much of it as a picture shows. Times are unix seconds. */
export interface Waiter {
  uuid: Uuid;
  operationType: string;
  /** Null where it has no state row. */
  state: string | null;
  since: number | null;
  /** Empty where its header is gone. */
  tasks: readonly string[];
  dependsOn: readonly FoundDependency[];
  runsAfter: readonly FoundDependency[];
}

/** Operations by uuid, one round trip a thousand; those of which neither header nor state is left are absent. */
export async function readWaiters(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, Waiter>> {
  const waiters = new Map<Uuid, Waiter>();
  for (const chunk of chunks(uuids)) {
    const { headers, states } = await askTogether(session, {
      headers: headersQuestion(chunk),
      states: statesQuestion(description, chunk),
    });
    for (const uuid of chunk) {
      const [header, state] = [headers.get(uuid), states.get(uuid)];
      if (header !== undefined || state !== undefined) waiters.set(uuid, waiter(uuid, header, state));
    }
  }
  return waiters;
}

/**
 * The active operations that wait for any other; reads two rows for each active operation. Who waits for an operation
 * is written only with those that wait, and no index covers it.
 *
 * @param limit of operations returned
 */
export async function activeWaiters(
  session: Session,
  description: DatabaseDescription,
  limit: number,
): Promise<Waiter[]> {
  type Row = HeaderColumns & StateColumns & { object_uuid: string; operation_type: string };
  const rows = await session.rows<Row>(sql`
    SELECT s.object_uuid, s.state_value, s.update_time, s.message,
      o.operation_type, o.created_at, o.priority, o.node_uuid, o.metadata_json
    FROM object_states s STRAIGHT_JOIN cluster_operations o ON o.uuid = REPLACE(s.object_uuid, '-', '')
    WHERE ${isActiveOperation(description)} AND (JSON_QUERY(o.metadata_json, '$.depends_on') IS NOT NULL
      OR JSON_QUERY(o.metadata_json, '$.runs_after') IS NOT NULL)
    ${IN_INDEX_ORDER} LIMIT ${limit}`);
  return rows.map((row) => {
    const type = row.operation_type;
    const uuid = parseUuid(row.object_uuid) ?? row.object_uuid;
    return waiter(uuid, { type, header: operationHeader(row) }, { type, row: stateRow(row) });
  });
}

/** The first target of each operation, where it has one. */
export async function firstTargets(
  session: Session,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, { objectType: string; uuid: Uuid }>> {
  const targets = new Map<Uuid, { objectType: string; uuid: Uuid }>();
  if (uuids.length === 0) return targets;
  for (const [uuid, found] of await ask(session, targetsQuestion(uuids))) {
    const { objectType, uuid: target } = found.targets[0]!;
    targets.set(uuid, { objectType, uuid: target });
  }
  return targets;
}

function waiter(uuid: Uuid, header: FoundHeader | undefined, state: FoundState | undefined): Waiter {
  const stored = header?.header.stored;
  return {
    uuid,
    operationType: header?.type ?? state!.type,
    state: state?.row.value ?? null,
    since: state?.row.since ?? null,
    tasks: stored?.tasks ?? [],
    dependsOn: stored?.dependsOn ?? [],
    runsAfter: stored?.runsAfter ?? [],
  };
}
