import { sql } from 'drizzle-orm';
import type { WorkRow } from '../../core/operations/operation-record.js';
import type { Session } from '../session.js';

/** A row of `work_queue`, and what its payload says of the operation. */
export interface WorkColumns {
  id: number | string;
  queue_name: string;
  scheduled_at: number;
  claimed_at: number | null;
  claimed_by: string | null;
  attempts: number;
  created_at: number;
  operation_uuid: string | null;
  operation_type: string | null;
  defer_count: string | null;
}

export const WORK_COLUMNS = sql`id, queue_name, scheduled_at, claimed_at, claimed_by, attempts, created_at,
  JSON_VALUE(payload, '$.operation_uuid') AS operation_uuid,
  JSON_VALUE(payload, '$.operation_type') AS operation_type,
  JSON_VALUE(payload, '$.defer_count') AS defer_count`;

export function workRow(row: WorkColumns): WorkRow {
  return {
    id: row.id,
    queueName: row.queue_name,
    scheduledAt: row.scheduled_at,
    claimedAt: row.claimed_at,
    claimedBy: row.claimed_by,
    attempts: row.attempts,
    deferCount: Number(row.defer_count ?? 0) || 0,
  };
}

const PAGE = 5_000;

/** The whole work queue, page by page: it holds unfinished work only, and no index covers the operation in it. */
export async function* workQueuePages(session: Session): AsyncGenerator<WorkColumns[]> {
  // Each row comes with its own copy of its queue's name: kept once, what is kept of them is half as large.
  const names = new Map<string, string>();
  for (let after: number | string = 0; ;) {
    const rows: WorkColumns[] = await session.rows<WorkColumns>(
      sql`SELECT ${WORK_COLUMNS} FROM work_queue WHERE id > ${after} ORDER BY id LIMIT ${PAGE}`,
    );
    for (const row of rows) {
      const known = names.get(row.queue_name);
      if (known === undefined) names.set(row.queue_name, row.queue_name);
      else row.queue_name = known;
    }
    yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}
