import { sql, type SQL } from 'drizzle-orm';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** Where the search for active operations begins: at the operations that are active, or at the objects' histories. */
export type Side = 'active' | 'history';

/** Rows read to look at one entry of each side; asserted by the tests of the statements. */
const READS_OF_ACTIVE = 2; // the state row, and the target row that the operation's uuid leads to
const READS_OF_HISTORY = 3; // the target row, its operation's state row, and the look for another state row

/** A search that the estimates promise to be this cheap is not worth a second look at them. */
const CHEAP = 1000;
/** How far a history is counted before an estimate is believed that calls it long. */
const SHORT_HISTORY = 256;

/**
 * Chooses the side that costs less, whatever the optimizer's statistics say. A history can have hundreds of thousands
 * of finished operations, a cluster tens of thousands of active ones; the wrong side reads all of the larger.
 *
 * The estimates cost no row: InnoDB looks up both ends of each range. They are close, with one exception, and that one
 * is ordinary: entries that are deleted but not yet purged count. Every operation passes through the active states, so
 * while a backup's snapshot holds up the purge, the active side looks as large as everything that ran since. Then the
 * optimizer's own plan reads the history, or the whole table. So before much is read, rows are counted, no more than a
 * fraction of what the choice would cost: a history as far as `SHORT_HISTORY`, the active side as far as a quarter of
 * the history.
 *
 * @param inHistory the predicate on `cluster_operation_targets t` that selects the objects
 */
export async function cheaperSide(
  session: Session,
  description: DatabaseDescription,
  inHistory: SQL,
): Promise<Side> {
  const [active = 0, history = 0] = await estimates(session, description, inHistory);
  // Each type and state is one look into the index, found or not.
  const looks = description.operationLabels.length * ACTIVE_STATES.length;
  const costOfActive = looks + active * READS_OF_ACTIVE;
  const costOfHistory = history * READS_OF_HISTORY;
  const side = costOfHistory <= costOfActive ? 'history' : 'active';
  if (Math.min(costOfActive, costOfHistory) <= CHEAP) return side;
  if (!(await hasRows(session, historyRows(inHistory), SHORT_HISTORY))) return 'history';
  if (side === 'active') return side;
  return (await hasRows(session, activeRows(description), Math.ceil(history / 4))) ? 'history' : 'active';
}

/**
 * The predicate on `object_states s` that selects active operations. The labels are this database's own, so that an
 * operation type that is unknown here still counts.
 */
export function isActiveOperation(description: DatabaseDescription): SQL {
  return sql`s.object_type IN ${description.operationLabels} AND s.state_value IN ${[...ACTIVE_STATES]}`;
}

/**
 * The order of the index on (`object_type`, `state_value`), by which the optimizer is made to walk that index and
 * nothing else: with inflated estimates it prefers the primary key, all of it. The index has no name to rely on.
 */
export const IN_INDEX_ORDER = sql`ORDER BY s.object_type, s.state_value`;

/** The part of a statement that walks all active operations, as `s`. */
function activeRows(description: DatabaseDescription): SQL {
  return sql`FROM object_states s WHERE ${isActiveOperation(description)} ${IN_INDEX_ORDER}`;
}

function historyRows(inHistory: SQL): SQL {
  return sql`FROM cluster_operation_targets t WHERE ${inHistory} ORDER BY t.target_object_type, t.target_uuid`;
}

/** How many operations are active, by the server's estimate, which costs no row; deleted rows that are not purged count. */
export async function estimateActive(session: Session, description: DatabaseDescription): Promise<number> {
  const [plan] = await session.rows<{ rows: number | null }>(
    sql`EXPLAIN SELECT 1 ${activeRows(description)}`,
  );
  return Number(plan?.rows ?? 0);
}

async function estimates(
  session: Session,
  description: DatabaseDescription,
  inHistory: SQL,
): Promise<number[]> {
  const plan = await session.rows<{ select_type: string; rows: number | null }>(sql`
    EXPLAIN (SELECT 1 ${activeRows(description)}) UNION ALL (SELECT 1 ${historyRows(inHistory)})`);
  return plan.filter(({ select_type: type }) => type !== 'UNION RESULT').map(({ rows }) => Number(rows ?? 0));
}

/** Whether there are at least `count` rows; reads no more than that. */
async function hasRows(session: Session, from: SQL, count: number): Promise<boolean> {
  const found = await session.rows(sql`SELECT 1 AS found ${from} LIMIT 1 OFFSET ${count - 1}`);
  return found.length > 0;
}
