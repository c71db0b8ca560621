import { sql } from 'drizzle-orm';
import type { Session } from '../session.js';
import { which, type HistoryBounds, type ObjectReference } from './targets.js';

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
