import { sql, type SQL } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import type { SeenOperation } from '../../core/operations/wait.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import { IN_INDEX_ORDER, isActiveOperation, type Side } from './active-side.js';
import { which, type ObjectReference } from './targets.js';

/** Operations named in one statement: about a megabyte of it, the smallest `max_allowed_packet` in use. */
export const MOST_OPERATIONS = 20_000;

/** What one look at the database asks for. */
export interface WaitQuestion {
  operations: readonly Uuid[];
  /** Null where operations alone are waited for. */
  objects: {
    references: readonly ObjectReference[];
    /** Where the search for active operations begins; see `active-side.ts`. */
    side: Side;
    /** Unix seconds: operations recorded since then are found, even if they have ended. */
    since: number;
  } | null;
}

/**
 * The states of operations, and of those that are active on objects or were recorded there lately, in one statement.
 * An operation without a state row is absent.
 *
 * What is new on an object is found by its time, with room for clocks that differ, and never by `sequence_number`: a
 * lower number can become visible after a higher one (decision 0003).
 */
export async function lookAtOperations(
  session: Session,
  description: DatabaseDescription,
  { operations, objects }: WaitQuestion,
): Promise<SeenOperation[]> {
  const parts: SQL[] = [];
  if (operations.length > 0) {
    parts.push(sql`${COLUMNS} FROM object_states s
      WHERE s.object_type IN ${description.operationLabels} AND s.object_uuid IN ${operations}`);
  }
  if (objects !== null) {
    const { references, side, since } = objects;
    const isOnObject = sql`${which(references)} AND ${counts(description)}`;
    parts.push(
      side === 'active'
        ? sql`${COLUMNS} FROM object_states s STRAIGHT_JOIN ${TARGETS} ON t.operation_uuid = s.object_uuid
            WHERE ${isActiveOperation(description)} AND ${isOnObject} ${IN_INDEX_ORDER}`
        : sql`${COLUMNS} FROM ${TARGETS} STRAIGHT_JOIN object_states s ON s.object_uuid = t.operation_uuid
            WHERE ${isActiveOperation(description)} AND ${isOnObject}`,
      sql`${COLUMNS} FROM ${TARGETS} STRAIGHT_JOIN object_states s ON s.object_uuid = t.operation_uuid
        WHERE t.created_at >= ${since} AND ${isOnObject} AND s.object_type IN ${description.operationLabels}`,
    );
  }
  if (parts.length === 0) return [];
  // The order of a part is lost in a union, unless a limit depends on it; and with the order, the index.
  const limited = parts.map((part) => sql`(${part} LIMIT 18446744073709551615)`);
  const rows = await session.rows<{
    uuid: string;
    type: string;
    state: string | null;
    since: number | null;
    message: string | null;
  }>(sql.join(limited, sql` UNION ALL `));
  return rows.map(({ uuid, type, ...row }) => ({
    uuid: uuid.toLowerCase(),
    operationType: valueOfObjectType(type),
    ...row,
  }));
}

const COLUMNS = sql`SELECT s.object_uuid AS uuid, s.object_type AS type, s.state_value AS state,
  s.update_time AS since, s.message`;

const TARGETS = sql`cluster_operation_targets t`;

/** Operations that only measure an object do not hold it (`cluster_operation_targets` v3). */
function counts(description: DatabaseDescription): SQL {
  return description.hasObservational ? sql`COALESCE(t.observational, 0) = 0` : sql`1`;
}
