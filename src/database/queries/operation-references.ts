import { sql } from 'drizzle-orm';
import { NotFoundError, type SfOpsError } from '../../core/errors.js';
import { SHORTEST_PREFIX } from '../../core/names.js';
import { ambiguous, readObjectWish, splitObject } from '../../core/object-reference.js';
import { shown } from '../../core/parsed-value.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** More than this many are not listed, and a prefix that matches so many is of no use anyway. */
const MOST_CANDIDATES = 100;

/** What an operator wrote, and the operation that it is, or why it is none. */
export type OperationReference = { text: string } & ({ uuid: Uuid } | { problem: SfOpsError });

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
  return (await findOperations(session, description, texts)).map((reference) => {
    if ('problem' in reference) throw reference.problem;
    return reference.uuid;
  });
}

/** As `resolveOperations`, with the problem of each text beside the others: at most one statement. */
export async function findOperations(
  session: Session,
  description: DatabaseDescription,
  texts: readonly string[],
): Promise<OperationReference[]> {
  // The screens write `net_op/70000001` where there are objects of other types beside it.
  const wishes = texts.map((text) => readObjectWish(splitObject(text)?.[1] ?? text));
  const prefixes = wishes.flatMap((wish) => ('uuid' in wish || wish.prefix === null ? [] : [wish.prefix]));
  const found = await startingWith(session, description, [...new Set(prefixes)]);
  return wishes.map((wish, index) => {
    const text = texts[index]!;
    if ('uuid' in wish) return { text, uuid: wish.uuid };
    const [only, second] = found.get(wish.prefix ?? '') ?? [];
    if (only === undefined) return { text, problem: unknown(text) };
    if (second === undefined) return { text, uuid: only };
    return { text, problem: ambiguous('operation', text, found.get(wish.prefix ?? '')!) };
  });
}

/** As far as the database still names it: its state, its header, or only targets that it had. */
async function startingWith(
  session: Session,
  description: DatabaseDescription,
  prefixes: readonly string[],
): Promise<Map<string, Uuid[]>> {
  const found = new Map<string, Uuid[]>();
  if (prefixes.length === 0) return found;
  // A native uuid is not ordered as it is written, so no index finds its beginning.
  const withHeaders = description.column('cluster_operations', 'uuid')?.type !== 'uuid';
  const looks = prefixes.flatMap((prefix, index) => {
    // Hex and dashes only, so that it holds no wildcard.
    const pattern = `${prefix}%`;
    return [
      sql`(SELECT ${index} AS of, object_uuid AS uuid FROM object_states
        WHERE object_type IN ${description.operationLabels} AND object_uuid LIKE ${pattern} LIMIT ${MOST_CANDIDATES})`,
      sql`(SELECT DISTINCT ${index}, operation_uuid FROM cluster_operation_targets
        WHERE operation_uuid LIKE ${pattern} LIMIT ${MOST_CANDIDATES})`,
      ...(withHeaders
        ? [
            sql`(SELECT ${index}, uuid FROM cluster_operations
              WHERE uuid LIKE ${pattern.replaceAll('-', '')} LIMIT ${MOST_CANDIDATES})`,
          ]
        : []),
    ];
  });
  const rows = await session.rows<{ of: number; uuid: string }>(sql.join(looks, sql` UNION `));
  for (const { of, uuid: text } of rows) {
    const uuid = parseUuid(text) ?? text.toLowerCase();
    const prefix = prefixes[Number(of)]!;
    const known = found.get(prefix) ?? [];
    if (!known.includes(uuid)) found.set(prefix, [...known, uuid]);
  }
  return found;
}

function unknown(text: string): NotFoundError {
  return new NotFoundError(`There is no operation ${shown(text)}.`, {
    hint:
      splitObject(text) === null
        ? `Give a uuid, or its beginning (${SHORTEST_PREFIX} characters or more). Finished operations vanish.`
        : 'An operation is asked for; sf-ops pending TYPE NAME lists those of an object.',
  });
}
