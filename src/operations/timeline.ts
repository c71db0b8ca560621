import { lifetimeOf, type Lifetime } from '../core/operations/lifetime.js';
import type { DatabaseDescription } from '../database/description.js';
import { recordsAt } from '../database/queries/operation-records.js';
import { stateChangesQuestion } from '../database/queries/state-changes.js';
import { targetHistory, type ObjectReference } from '../database/queries/targets.js';
import { askTogether } from '../database/questions.js';
import type { Session } from '../database/session.js';

/**
 * When the recorded operations of an object came, began and ended, oldest first; the newest `limit` of them. To be run
 * in one snapshot.
 *
 * @param since unix seconds
 * @param now unix seconds
 */
export async function readTimeline(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
  { since, limit, now }: { since: number; limit: number; now: number },
): Promise<Lifetime[]> {
  const targets = await targetHistory(session, description, object, { limit, since });
  const { recorded } = await recordsAt(session, description, targets, now);
  const records = [...new Map(recorded.map(({ record }) => [record.uuid, record])).values()];
  const { changes } = await askTogether(session, { changes: stateChangesQuestion(records) });
  return records
    .map((record) => lifetimeOf(record, changes.get(record.uuid) ?? []))
    .sort((a, b) => a.createdAt - b.createdAt);
}
