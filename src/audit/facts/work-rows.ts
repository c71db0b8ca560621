import type { WorkRow } from '../../core/operations/operation-record.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { workQueuePages, workRow, type WorkColumns } from '../../database/queries/work-rows.js';
import type { Session } from '../../database/session.js';

/** A row of the work queue and what its payload names; null where that cannot be read. */
export interface QueuedWork {
  row: WorkRow;
  /** Unix seconds. */
  queuedAt: number;
  operation: { uuid: Uuid; type: string } | null;
}

export async function readWorkRows(session: Session): Promise<QueuedWork[]> {
  const found: QueuedWork[] = [];
  for await (const rows of workQueuePages(session)) for (const row of rows) found.push(queuedWork(row));
  return found;
}

function queuedWork(row: WorkColumns): QueuedWork {
  const uuid = row.operation_uuid === null ? null : parseUuid(row.operation_uuid);
  return {
    row: workRow(row),
    queuedAt: row.created_at,
    operation: uuid === null ? null : { uuid, type: row.operation_type ?? 'operation' },
  };
}
