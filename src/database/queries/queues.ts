import { sql, type SQL } from 'drizzle-orm';
import { chunks } from '../chunks.js';
import { question, askTogether } from '../questions.js';
import type { Session } from '../session.js';

/** The rows of one queue. Times are unix seconds. */
export interface QueueContent {
  queueName: string;
  /** Due and not claimed. */
  ready: number;
  /** Put off until later. */
  deferred: number;
  claimed: number;
  /** Claimed longer ago than Shaken Fist lets pass. */
  staleClaims: number;
  /** When the row that is due first was, or is, due; null where none waits. */
  oldestDueAt: number | null;
  /** Whether a figure is no more than the least that it can be. */
  isMore: boolean;
}

/** Rows of a kind that are counted in one queue. */
const COUNTED_AT_MOST = 100_000;
/** Queues whose counts are read with one statement. */
const QUEUES_AT_ONCE = 50;

/**
 * Every queue that has rows, counted by the index (`queue_name`, `claimed_at`, `scheduled_at`) alone, and no further than
 * a hundred thousand of a kind.
 *
 * @param now unix seconds
 */
export async function readQueues(
  session: Session,
  now: number,
  staleClaimSeconds: number,
): Promise<QueueContent[]> {
  const names = await session.rows<{ queue_name: string }>(
    sql`SELECT queue_name FROM work_queue GROUP BY queue_name`,
  );
  const queues: QueueContent[] = [];
  for (const chunk of chunks(names, QUEUES_AT_ONCE)) {
    const { rows } = await askTogether(session, {
      rows: question(
        sql.join(
          chunk.map(({ queue_name: name }) => countsOf(name, now, staleClaimSeconds)),
          sql` UNION ALL `,
        ),
        (found: CountRow[]) => found,
      ),
    });
    queues.push(
      ...rows.map((row, index) => {
        const counts = [row.ready, row.deferred, row.claimed, row.stale].map(Number);
        return {
          queueName: chunk[index]!.queue_name,
          ready: counts[0]!,
          deferred: counts[1]!,
          claimed: counts[2]!,
          staleClaims: counts[3]!,
          oldestDueAt: row.oldest,
          isMore: counts.some((count) => count === COUNTED_AT_MOST),
        };
      }),
    );
  }
  return queues;
}

interface CountRow {
  ready: number;
  deferred: number;
  claimed: number;
  stale: number;
  oldest: number | null;
}

function countsOf(queueName: string, now: number, staleClaimSeconds: number): SQL {
  const inQueue = (which: SQL): SQL => sql`FROM work_queue WHERE queue_name = ${queueName} AND ${which}`;
  const count = (which: SQL): SQL =>
    sql`(SELECT COUNT(*) FROM (SELECT 1 ${inQueue(which)} LIMIT ${COUNTED_AT_MOST}) AS rows_of)`;
  return sql`SELECT ${count(sql`claimed_at IS NULL AND scheduled_at <= ${now}`)} AS ready,
    ${count(sql`claimed_at IS NULL AND scheduled_at > ${now}`)} AS deferred,
    ${count(sql`claimed_at IS NOT NULL`)} AS claimed,
    ${count(sql`claimed_at < ${now - staleClaimSeconds}`)} AS stale,
    (SELECT scheduled_at ${inQueue(sql`claimed_at IS NULL`)} ORDER BY scheduled_at LIMIT 1) AS oldest`;
}
