import { sql } from 'drizzle-orm';
import { chunks } from '../chunks.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import {
  newestFirst,
  newestTargets,
  targetsByNumber,
  which,
  type ObjectReference,
  type Target,
} from './targets.js';

/**
 * By how many places the order of `sequence_number` can differ from that of `created_at`: the nodes of a Galera cluster
 * number their rows interleaved, and clients' clocks differ. Only so many rows more than are asked for are read.
 */
const OUT_OF_ORDER_AT_MOST = 200;
/** Each further one is walked to from the end of the index. */
const MOST_WINDOWS = 3;

/** Which recorded operations of an object; times are unix seconds. */
export interface HistoryBounds {
  limit: number;
  /** Made at or after this. */
  since: number;
  /** Made before this; Infinity unless given. */
  before?: number;
}

/**
 * The recorded operations of one object, newest first: by `created_at`, then by `sequence_number`. The newest are read in
 * the order of the index, so that a long history costs no more than what is returned, and `OUT_OF_ORDER_AT_MOST` rows.
 * Where a time lies in that order no index says: what is not among them is chosen from all that is recorded of the object.
 */
export async function targetHistory(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
  bounds: HistoryBounds,
): Promise<Target[]> {
  const { limit, since, before = Infinity } = bounds;
  const most = limit + OUT_OF_ORDER_AT_MOST;
  const found: Target[] = [];
  let below: number | string | null = null;
  for (let windows = 0; windows < MOST_WINDOWS; windows += 1) {
    const window: Target[] = await newestTargets(session, description, object, most - found.length, below);
    for (const target of window)
      if (target.createdAt >= since && target.createdAt < before) found.push(target);
    const last = window.at(-1);
    const isPast =
      window.length >= OUT_OF_ORDER_AT_MOST && window.every(({ createdAt }) => createdAt < since);
    if (last === undefined || isPast || found.length >= most) return found.sort(newestFirst).slice(0, limit);
    below = last.sequenceNumber;
  }
  const chosen: Target[] = [];
  for (const numbers of chunks(await readHistoryList(session, object, bounds)))
    for (const target of await targetsByNumber(session, description, numbers)) chosen.push(target);
  return chosen;
}

/**
 * Which rows `targetHistory` would return, in its order, in a few bytes each: what a long history is made from in
 * portions. To be run in a snapshot.
 *
 * It reads all that is recorded of the object: its numbers from the index that holds them, then its times. In portions the
 * server would walk to each from the end of the index; and without the detour it prefers the whole table, or its order,
 * where many rows are wanted.
 *
 * @param bounds the limit may be Infinity
 * @returns their sequence numbers
 */
export async function readHistoryList(
  session: Session,
  object: ObjectReference,
  { limit, since, before = Infinity }: HistoryBounds,
): Promise<(number | string)[]> {
  const isBefore = before === Infinity ? sql`` : sql`AND made.created_at < ${before}`;
  const atMost = limit === Infinity ? sql`` : sql`LIMIT ${limit}`;
  const rows = await session.rows<{ sequence_number: number | string }>(
    sql`SELECT made.sequence_number FROM cluster_operation_targets t
      STRAIGHT_JOIN cluster_operation_targets made ON made.sequence_number = t.sequence_number
      WHERE ${which([object])} AND made.created_at >= ${since} ${isBefore}
      ORDER BY made.created_at DESC, made.sequence_number DESC ${atMost}`,
  );
  return rows.map(({ sequence_number: number }) => number);
}
