import { sql } from 'drizzle-orm';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** Shaken Fist's default, where `cluster_config` does not override it (database contract, section 1). */
const DEFAULT_RETENTION = 604_800;
/** Old rows among which the last one by the primary key is looked for: nodes of a cluster number rows interleaved. */
const INTERLEAVED = 10_000;

/** Seconds that this cluster keeps target rows; 0: for ever. */
export async function retentionSeconds(session: Session, description: DatabaseDescription): Promise<number> {
  if (!description.tables.has('cluster_config')) return DEFAULT_RETENTION;
  const [row] = await session.rows<{ value: string }>(sql`
    SELECT value_json AS value FROM cluster_config WHERE key_name = 'CLUSTER_OPERATION_TARGET_RETENTION'`);
  const seconds = row === undefined ? DEFAULT_RETENTION : Number(row.value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_RETENTION;
}

/** The `sequence_number` up to which rows from before `cutoff` stand; null where there are none. */
export async function pruneBound(session: Session, cutoff: number): Promise<number | string | null> {
  const [row] = await session.rows<{ bound: number | string | null }>(sql`
    SELECT MAX(sequence_number) AS bound FROM (SELECT sequence_number FROM cluster_operation_targets
      WHERE created_at < ${cutoff} ORDER BY created_at DESC LIMIT ${INTERLEAVED}) newest`);
  return row?.bound ?? null;
}

export interface PruneRange {
  prunable: (number | string)[];
  /** Old enough, and of an operation that is active. */
  keptActive: number;
  /** The last row of the range; null where there is none. */
  last: number | string | null;
}

/** The next rows by the primary key, and which of them may go. Reads each row and its operation's state, locks nothing. */
export async function readPruneRange(
  session: Session,
  description: DatabaseDescription,
  {
    after,
    bound,
    cutoff,
    rows,
  }: { after: number | string | null; bound: number | string; cutoff: number; rows: number },
): Promise<PruneRange> {
  const found = await session.rows<{ id: number | string; is_old: number; is_active: number }>(sql`
    SELECT t.sequence_number AS id, t.created_at < ${cutoff} AS is_old,
      EXISTS (SELECT 1 FROM object_states s WHERE s.object_type IN ${description.operationLabels}
        AND s.object_uuid = t.operation_uuid AND s.state_value IN ${[...ACTIVE_STATES]}) AS is_active
    FROM cluster_operation_targets t
    WHERE t.sequence_number > CAST(${after ?? 0} AS SIGNED) AND t.sequence_number <= CAST(${bound} AS SIGNED)
    ORDER BY t.sequence_number LIMIT ${rows}`);
  const old = found.filter(({ is_old: isOld }) => Number(isOld) === 1);
  return {
    prunable: old.filter(({ is_active: isActive }) => Number(isActive) === 0).map(({ id }) => id),
    keptActive: old.filter(({ is_active: isActive }) => Number(isActive) === 1).length,
    last: found.at(-1)?.id ?? null,
  };
}
