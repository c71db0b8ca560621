import { sql } from 'drizzle-orm';
import { NotFoundError } from '../../core/errors.js';
import { ambiguous, readObjectWish, SHORTEST_PREFIX } from '../../core/object-reference.js';
import { shown } from '../../core/reading.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** More than this many are not listed, and a prefix that matches so many is of no use anyway. */
const MOST_CANDIDATES = 100;

/**
 * Finds operations of any type by uuid or by the beginning of one. A whole uuid is taken as it is: an operation that
 * ended is deleted before long, and what that means is for the caller to say.
 *
 * @throws NotFoundError for what matches nothing, UsageError for what matches several
 */
export async function resolveOperations(
  session: Session,
  description: DatabaseDescription,
  texts: readonly string[],
): Promise<Uuid[]> {
  const uuids: Uuid[] = [];
  for (const text of texts) {
    const wish = readObjectWish(text);
    uuids.push('uuid' in wish ? wish.uuid : await byPrefix(session, description, text, wish.prefix));
  }
  return uuids;
}

async function byPrefix(
  session: Session,
  description: DatabaseDescription,
  text: string,
  prefix: string | null,
): Promise<Uuid> {
  const found = prefix === null ? [] : await startingWith(session, description, prefix);
  const [only, second] = found;
  if (only === undefined) {
    throw new NotFoundError(`There is no operation ${shown(text)}.`, {
      hint: `Give a uuid, or its beginning (${SHORTEST_PREFIX} characters or more). Finished operations vanish.`,
    });
  }
  if (second !== undefined) throw ambiguous('operation', text, found);
  return only;
}

/** @param prefix dashed, hex and dashes only, so that it holds no wildcard */
async function startingWith(
  session: Session,
  description: DatabaseDescription,
  prefix: string,
): Promise<Uuid[]> {
  const rows = await session.rows<{ uuid: string }>(sql`
    SELECT DISTINCT object_uuid AS uuid FROM object_states
    WHERE object_type IN ${description.operationLabels} AND object_uuid LIKE ${`${prefix}%`} LIMIT ${MOST_CANDIDATES}`);
  return rows.map(({ uuid }) => uuid.toLowerCase());
}
