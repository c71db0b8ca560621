import { sql } from 'drizzle-orm';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import { IN_INDEX_ORDER, isActiveOperation } from './active-side.js';
import { activeFrom, type Everything, type ObjectReference, type Target } from './targets.js';

/** What is known of a target before it is read whole. */
export type ListedTarget = Pick<Target, 'operationType' | 'state' | 'createdAt'>;

/**
 * All active targets of a cluster or of some objects, oldest first, in a few bytes each: what a list of a million is made
 * from in portions.
 */
export interface ActiveList {
  /** By which the rows are read; in the order of the list. */
  readonly sequenceNumbers: readonly (number | string)[];
  /** Unix seconds; null where the list is empty. */
  readonly oldestAt: number | null;
  /** Targets that only measure, which do not count. */
  readonly observational: number;
}

/** State rows read with one statement. */
const AT_ONCE = 5_000;

/** Reads the list of active targets. To be run in a snapshot. */
export async function readActiveList(
  session: Session,
  description: DatabaseDescription,
  of: readonly ObjectReference[] | Everything,
  isWanted: (target: ListedTarget) => boolean,
): Promise<ActiveList> {
  const numbers: (number | string)[] = [];
  const times: number[] = [];
  let observational = 0;
  const add = (row: TargetRow, state: string): void => {
    const target = { operationType: row.operation_type, state, createdAt: row.created_at };
    if (!isWanted(target)) return;
    if (row.observational === 1) observational += 1;
    else {
      numbers.push(row.sequence_number);
      times.push(row.created_at);
    }
  };
  if ('typeName' in of) await walkStates(session, description, of, add);
  else {
    const from = await activeFrom(session, description, of, sql``);
    const rows = await session.rows<TargetRow & { state_value: string }>(
      sql`SELECT t.*, s.state_value ${from}`,
    );
    for (const row of rows) add(row, row.state_value);
  }
  const order = Uint32Array.from(numbers.keys()).sort(
    (a, b) => times[a]! - times[b]! || (BigInt(numbers[a]!) < BigInt(numbers[b]!) ? -1 : 1),
  );
  return {
    sequenceNumbers: Array.from(order, (index) => numbers[index]!),
    oldestAt: order.length === 0 ? null : times[order[0]!]!,
    observational,
  };
}

/** One walk along the index of states, in portions. */
async function walkStates(
  session: Session,
  description: DatabaseDescription,
  { typeName }: Everything,
  add: (row: TargetRow, state: string) => void,
): Promise<void> {
  const kinds = await session.rows<{ object_type: string; state_value: string }>(sql`
    SELECT s.object_type, s.state_value FROM object_states s WHERE ${isActiveOperation(description)}
    GROUP BY s.object_type, s.state_value`);
  for (const { object_type: label, state_value: state } of kinds) {
    for (let after = '', isMore = true; isMore;) {
      const rows = await session.rows<{ object_uuid: string } & (TargetRow | { sequence_number: null })>(sql`
        SELECT s.object_uuid, t.* FROM (
          SELECT s.object_uuid FROM object_states s
          WHERE s.object_type = ${label} AND s.state_value = ${state} AND s.object_uuid > ${after}
          ${IN_INDEX_ORDER}, s.object_uuid LIMIT ${AT_ONCE}
        ) s LEFT JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid`);
      const operations = new Set<string>();
      for (const row of rows) {
        operations.add(row.object_uuid);
        if (row.object_uuid > after) after = row.object_uuid;
        if (row.sequence_number === null) continue;
        if (typeName === null || row.target_object_type === typeName) add(row, state);
      }
      isMore = operations.size === AT_ONCE;
    }
  }
}

interface TargetRow {
  sequence_number: number | string;
  operation_type: string;
  target_object_type: string;
  created_at: number;
  observational?: number | null;
}
