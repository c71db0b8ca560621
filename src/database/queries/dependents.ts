import { sql } from 'drizzle-orm';
import type { Observed } from '../../core/observed.js';
import type { RelatedOperation } from '../../core/operations/operation-record.js';
import { readStoredOperation } from '../../core/operations/read-operation.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import { estimateActive, isActiveOperation, IN_INDEX_ORDER } from './active-side.js';

/** Who waits for an operation stands in no index: every active operation is read, up to so many. */
const ACTIVE_AT_MOST = 10_000;

export type Dependents = Observed<ReadonlyMap<Uuid, readonly RelatedOperation[]>>;

/**
 * The active operations that wait for one of these, for each that is waited for. Shaken Fist keeps that only inside
 * `metadata_json`; with more active operations than can be read, it is not known.
 */
export async function readDependents(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Promise<Dependents> {
  if (uuids.length === 0) return { value: new Map() };
  if ((await estimateActive(session, description)) > ACTIVE_AT_MOST)
    return { unknown: `more than ${ACTIVE_AT_MOST} operations are active, and each would have to be read` };
  const mentions = uuids.map((uuid) => sql`o.metadata_json LIKE ${`%${uuid}%`}`);
  const rows = await session.rows<{
    uuid: string;
    type: string;
    state: string;
    since: number;
    metadata_json: string;
  }>(sql`
    SELECT s.object_uuid AS uuid, o.operation_type AS type, s.state_value AS state, s.update_time AS since,
      o.metadata_json
    FROM object_states s STRAIGHT_JOIN cluster_operations o ON o.uuid = REPLACE(s.object_uuid, '-', '')
    WHERE ${isActiveOperation(description)} AND (${sql.join(mentions, sql` OR `)}) ${IN_INDEX_ORDER}`);
  const asked = new Set(uuids);
  const dependents = new Map<Uuid, RelatedOperation[]>();
  for (const row of rows) {
    const { dependsOn, runsAfter } = readStoredOperation(row.metadata_json);
    const waiting = {
      uuid: parseUuid(row.uuid) ?? row.uuid,
      type: row.type,
      state: row.state,
      since: row.since,
    };
    const kinds = [
      ['depends_on', dependsOn],
      ['runs_after', runsAfter],
    ] as const;
    for (const [kind, waitedFor] of kinds) {
      for (const { op_uuid: uuid } of waitedFor ?? []) {
        if (asked.has(uuid)) dependents.set(uuid, [...(dependents.get(uuid) ?? []), { ...waiting, kind }]);
      }
    }
  }
  return { value: dependents };
}
