import type { Lifetime } from '../core/operations/lifetime.js';
import type { DatabaseDescription } from '../database/description.js';
import { recordsAt } from '../database/queries/operation-records.js';
import { targetHistory } from '../database/queries/history.js';
import type { ObjectReference } from '../database/queries/targets.js';
import type { Session } from '../database/session.js';
import { readLifetimes } from './lifetimes.js';

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
  const lifetimes = await readLifetimes(
    session,
    recorded.map(({ record }) => record),
  );
  return [...lifetimes.values()].sort((a, b) => a.createdAt - b.createdAt);
}
