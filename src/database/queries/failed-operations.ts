import { sql } from 'drizzle-orm';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** Failures of all times are kept, and no index knows when they failed: that many are looked at. */
const LOOKED_AT_MOST = 50_000;

/**
 * The operations that failed or were aborted since then, the latest first.
 *
 * @param since unix seconds
 * @returns `isWhole` false where there are so many failures that not all were looked at
 */
export async function operationsFailedSince(
  session: Session,
  description: DatabaseDescription,
  since: number,
  limit: number,
): Promise<{ uuids: Uuid[]; isWhole: boolean }> {
  const rows = await session.rows<{ uuid: string }>(sql`
    SELECT object_uuid AS uuid FROM (
      SELECT object_uuid, update_time FROM object_states
      WHERE object_type IN ${description.operationLabels} AND state_value IN ('error', 'abort')
      LIMIT ${LOOKED_AT_MOST}
    ) failed WHERE update_time >= ${since} ORDER BY update_time DESC LIMIT ${limit}`);
  const [{ looked_at: lookedAt } = { looked_at: 0 }] = await session.rows<{ looked_at: number }>(sql`
    SELECT COUNT(*) AS looked_at FROM (
      SELECT 1 FROM object_states
      WHERE object_type IN ${description.operationLabels} AND state_value IN ('error', 'abort')
      LIMIT ${LOOKED_AT_MOST}
    ) failed`);
  return {
    uuids: rows.map(({ uuid }) => parseUuid(uuid) ?? uuid),
    isWhole: Number(lookedAt) < LOOKED_AT_MOST && rows.length < limit,
  };
}
