import { sql } from 'drizzle-orm';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import type { DatabaseDescription } from '../../database/description.js';
import type { Session } from '../../database/session.js';
import type { RetentionFacts } from '../rules/facts.js';

/** Shaken Fist's defaults (database contract, section 1). */
const DEFAULTS = { CLUSTER_OPERATION_TARGET_RETENTION: 604_800, CLEANER_DELAY: 3_600 };
/** Enough to say "many": the rows are counted only so far. */
const COUNTED = 1_000;

/** The target rows that Shaken Fist should have pruned, oldest first by the index on `created_at`, as far as counted. */
export async function readRetention(
  session: Session,
  description: DatabaseDescription,
  now: number,
): Promise<RetentionFacts> {
  const settings = await readSettings(session, description);
  const retentionSeconds = settings.CLUSTER_OPERATION_TARGET_RETENTION;
  const everySeconds = settings.CLEANER_DELAY;
  if (retentionSeconds === 0)
    return { retentionSeconds, everySeconds, overdue: 0, more: false, oldest: null };
  const rows = await session.rows<{ created_at: number }>(sql`
    SELECT t.created_at FROM cluster_operation_targets t
    WHERE t.created_at < ${now - retentionSeconds} AND NOT EXISTS (
      SELECT 1 FROM object_states s WHERE s.object_uuid = t.operation_uuid
        AND s.object_type IN ${description.operationLabels} AND s.state_value IN ${[...ACTIVE_STATES]})
    ORDER BY t.created_at LIMIT ${COUNTED + 1}`);
  return {
    retentionSeconds,
    everySeconds,
    overdue: Math.min(rows.length, COUNTED),
    more: rows.length > COUNTED,
    oldest: rows[0]?.created_at ?? null,
  };
}

/** An override that is not a number of seconds is ignored, as Shaken Fist's own reader would refuse it. */
async function readSettings(session: Session, description: DatabaseDescription): Promise<typeof DEFAULTS> {
  const settings = { ...DEFAULTS };
  if (!description.tables.has('cluster_config')) return settings;
  const rows = await session.rows<{ key_name: keyof typeof DEFAULTS; value_json: string }>(sql`
    SELECT key_name, value_json FROM cluster_config WHERE key_name IN ${Object.keys(DEFAULTS)}`);
  for (const { key_name: name, value_json: text } of rows) {
    const seconds = Number(text);
    if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) settings[name] = seconds;
  }
  return settings;
}
