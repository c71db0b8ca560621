import { sql } from 'drizzle-orm';
import type { QueueRow } from '../../core/stuck.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { Session } from '../session.js';

/** Above this many operations the whole queue is read instead of naming each of them. */
const NAMED_AT_MOST = 500;

/**
 * The work rows of operations. Shaken Fist keeps the operation's uuid only inside `payload`, which no index covers: this
 * reads the queue once, however many operations are asked for. The queue holds unfinished work only.
 *
 * @returns operation → its work row; of several (a deferral leaves one beside the claimed one) the claimed, then the earliest
 */
export async function workRowsOf(
  session: Session,
  operations: readonly Uuid[],
): Promise<Map<Uuid, QueueRow>> {
  const found = new Map<Uuid, QueueRow>();
  if (operations.length === 0) return found;
  const wanted = new Set(operations);
  const operationUuid = sql`LOWER(JSON_VALUE(payload, '$.operation_uuid'))`;
  const filter = wanted.size > NAMED_AT_MOST ? sql`` : sql`WHERE ${operationUuid} IN ${[...wanted]}`;
  const rows = await session.rows<QueueRow & { operation_uuid: string | null }>(sql`
    SELECT ${operationUuid} AS operation_uuid, queue_name AS queue_name, scheduled_at AS scheduled_at,
      claimed_at AS claimed_at, claimed_by AS claimed_by, attempts AS attempts
    FROM work_queue ${filter} ORDER BY claimed_at IS NULL, scheduled_at, id`);
  for (const { operation_uuid, ...row } of rows) {
    const uuid = operation_uuid === null ? null : parseUuid(operation_uuid);
    if (uuid !== null && wanted.has(uuid) && !found.has(uuid)) found.set(uuid, row);
  }
  return found;
}
