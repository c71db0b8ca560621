import { sql, type SQL } from 'drizzle-orm';
import { nameOfObjectType } from '../../core/object-types.js';
import { coalescingKey, oldestAdoptable, type Candidate } from '../../core/operations/coalescing.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import { targetsOf } from '../../core/operations/operation.js';
import { HEADER_COLUMNS } from '../../core/operations/operation-type.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationHeaders } from '../../database/queries/operations.js';
import type { Session } from '../../database/session.js';
import { activeTargets } from '../../database/queries/targets.js';
import { WorkQueue } from '../../database/queries/work-queue.js';

/**
 * Makes everybody else of sf-ops who wants the same piece of work wait for, or collide with, this transaction.
 *
 * Row locks end at the node: on Galera two transactions on two nodes only meet when they write the same row. So each
 * writes one and deletes it again. On one server the second waits for the row; on another node one of the two fails
 * certification (1213) and runs again, now seeing the other's operation. Nothing of the row is left after COMMIT.
 *
 * @returns the statement to run last in the transaction; null where this database has no `cluster_locks`
 */
export async function takeTurn(
  session: Session,
  description: DatabaseDescription,
  request: EnqueueRequest,
): Promise<SQL | null> {
  const key = coalescingKey(request);
  if (key === null || !description.tables.has('cluster_locks')) return null;
  const parts = Object.values(key.columns).map((uuid) => uuid ?? '-');
  const name = ['sf-ops', 'coalesce', request.type.value, key.task, ...parts].join('/');
  await session.db.execute(sql`
    INSERT INTO cluster_locks (lock_key, holder_json, node_uuid, pid, lock_id, acquired_at, expires_at)
    VALUES (${name}, '{}', 'sf-ops', 0, UUID(), UNIX_TIMESTAMP(NOW(6)), NOW())
    ON DUPLICATE KEY UPDATE lock_id = VALUES(lock_id)`);
  return sql`DELETE FROM cluster_locks WHERE lock_key = ${name}`;
}

/**
 * The queued operation that already does what is asked for, or null.
 *
 * @param scheduledAt unix seconds at which the requested work would begin; a candidate that waits longer is no help
 * @param hold whether to keep the operation from being started until the transaction ends, which is a write to it
 */
export async function findAdoptable(
  session: Session,
  description: DatabaseDescription,
  request: EnqueueRequest,
  scheduledAt: number,
  hold: boolean,
): Promise<Uuid | null> {
  if (coalescingKey(request) === null) return null;
  const objects = targetsOf(request).map(({ objectType, uuid }) => ({ typeName: objectType, uuid }));
  const active = await activeTargets(session, description, objects);
  const queued = active.filter(
    ({ state, operationType }) => state === 'queued' && operationType === request.type.value,
  );
  if (queued.length === 0) return null;
  const uuids = queued.map(({ operationUuid }) => operationUuid);
  const headers = await operationHeaders(session, uuids);
  const sought = queued.map(({ operationUuid, operationType, header }) => ({
    uuid: operationUuid,
    type: operationType,
    createdAt: header?.createdAt ?? null,
    nodeUuid: header?.nodeUuid ?? null,
    priority: header?.priority ?? null,
  }));
  const workRows = await new WorkQueue(session, scheduledAt, sought.length).find(sought);
  const candidates = [...headers.values()].map((header): Candidate => {
    const work = workRows.get(header.uuid);
    const rows = work !== undefined && 'value' in work ? work.value : [];
    const fieldUuid = (name: string): Uuid | null => {
      const value = header.stored.fields[name];
      return typeof value === 'string' ? parseUuid(value) : null;
    };
    return {
      uuid: header.uuid,
      operationType: header.operationType,
      state: 'queued',
      tasks: header.stored.tasks,
      priority: header.priority,
      columns: Object.fromEntries(HEADER_COLUMNS.map((column) => [column, fieldUuid(column)])),
      hasWorkRow: rows.some((row) => row.claimedAt === null && row.scheduledAt <= scheduledAt),
      createdAt: header.createdAt,
    };
  });
  const adopted = oldestAdoptable(candidates, request);
  if (adopted === null) return null;
  return !hold || (await isStillQueued(session, request, adopted.uuid)) ? adopted.uuid : null;
}

/** A locking read sees what was committed after the snapshot, and keeps a worker from starting until we commit. */
async function isStillQueued(session: Session, request: EnqueueRequest, uuid: Uuid): Promise<boolean> {
  const [state] = await session.rows<{ state: string | null }>(sql`
    SELECT state_value AS state FROM object_states
    WHERE object_type = ${nameOfObjectType(request.type.value)} AND object_uuid = ${uuid} FOR UPDATE`);
  return state?.state === 'queued';
}
