import { sql } from 'drizzle-orm';
import type { WorkRow } from '../../core/operations/operation-record.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { Session } from '../../database/session.js';

/** A row of the work queue and what its payload names; null where that cannot be read. */
export interface QueuedWork {
  row: WorkRow;
  /** Unix seconds. */
  queuedAt: number;
  operation: { uuid: Uuid; type: string } | null;
}

const PAGE = 20_000;

/** The whole work queue, page by page: it holds unfinished work only, and no index covers the operation in it. */
export async function readWorkRows(session: Session): Promise<QueuedWork[]> {
  const found: QueuedWork[] = [];
  for (let after: number | string = 0; ;) {
    const rows: Row[] = await session.rows<Row>(sql`
      SELECT id, queue_name, scheduled_at, claimed_at, claimed_by, attempts, created_at,
        JSON_VALUE(payload, '$.operation_uuid') AS operation_uuid,
        JSON_VALUE(payload, '$.operation_type') AS operation_type, JSON_VALUE(payload, '$.defer_count') AS defer_count
      FROM work_queue WHERE id > ${after} ORDER BY id LIMIT ${PAGE}`);
    for (const row of rows) found.push(queuedWork(row));
    if (rows.length < PAGE) return found;
    after = rows.at(-1)!.id;
  }
}

interface Row {
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

function queuedWork(row: Row): QueuedWork {
  const uuid = row.operation_uuid === null ? null : parseUuid(row.operation_uuid);
  return {
    row: {
      id: row.id,
      queueName: row.queue_name,
      scheduledAt: row.scheduled_at,
      claimedAt: row.claimed_at,
      claimedBy: row.claimed_by,
      attempts: row.attempts,
      deferCount: Number(row.defer_count ?? 0) || 0,
    },
    queuedAt: row.created_at,
    operation: uuid === null ? null : { uuid, type: row.operation_type ?? 'operation' },
  };
}
