import { sql, type SQL } from 'drizzle-orm';
import { NotFoundError, UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { ambiguous, readObjectWish, SHORTEST_PREFIX } from '../core/object-reference.js';
import { nameOfObjectType, OBJECT_TYPE_VALUES } from '../core/object-types.js';
import { shown } from '../core/reading.js';
import { parseUuid, type Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from './description.js';
import type { Session } from './session.js';
import type { ObjectReference } from './targets.js';

/** Where objects of a type can be found by name. Other types have no name; their state row tells the uuid. */
const NAMED: Readonly<Record<string, { table: SQL; name: SQL }>> = {
  NETWORK: { table: sql`networks`, name: sql`name` },
  INSTANCE: { table: sql`instances`, name: sql`name` },
  NODE: { table: sql`nodes`, name: sql`fqdn` },
};

/** States of an object that is gone or going, which a name then no longer means. */
const GONE = new Set(['deleted', 'hard-deleted']);

/**
 * The ENUM's name for a type as the operator gave it.
 *
 * @throws UsageError for a type that neither this program nor this database knows
 */
export function readObjectType(text: string, description: DatabaseDescription): string {
  const labels = description.column('cluster_operation_targets', 'target_object_type')?.labels ?? [];
  const name = nameOfObjectType(text) ?? labels.find((label) => label.toLowerCase() === text.toLowerCase());
  if (name === undefined) {
    const meant = nearest(text, OBJECT_TYPE_VALUES);
    throw new UsageError(`${shown(text)} is not an object type.`, {
      hint: meant === null ? `Object types: ${OBJECT_TYPE_VALUES.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  return name;
}

/**
 * Finds the objects that an operator named by uuid, name, or the beginning of a uuid. A whole uuid is taken as it is:
 * an object can be gone while operations still target it.
 *
 * @throws NotFoundError for what matches nothing, UsageError for what matches several
 */
export async function resolveObjects(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
): Promise<ObjectReference[]> {
  const references: ObjectReference[] = [];
  for (const text of texts) {
    references.push({ typeName, uuid: await resolveObject(session, description, typeName, text) });
  }
  return references;
}

async function resolveObject(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  text: string,
): Promise<Uuid> {
  const wish = readObjectWish(text);
  if ('uuid' in wish) return wish.uuid;
  const candidates = new Set<Uuid>([
    ...(await byName(session, description, typeName, wish.name)),
    ...(wish.prefix === null ? [] : await byPrefix(session, description, typeName, wish.prefix)),
  ]);
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  const type = typeName.toLowerCase();
  if (only === undefined) {
    throw new NotFoundError(`There is no ${type} ${shown(text)}.`, {
      hint: `Give a uuid, the beginning of one (${SHORTEST_PREFIX} characters or more), or a name.`,
    });
  }
  const living = await withoutGone(session, typeName, [...candidates]);
  if (living.length === 1) return living[0]!;
  throw ambiguous(type, text, [...candidates]);
}

async function byName(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  name: string,
): Promise<Uuid[]> {
  const source = NAMED[typeName];
  if (source === undefined || !description.tables.has(`${typeName.toLowerCase()}s`)) return [];
  return uuidsOf(
    session,
    sql`SELECT uuid AS uuid FROM ${source.table} WHERE ${source.name} = ${name} LIMIT 100`,
  );
}

/** @param prefix dashed, hex and dashes only, so that it holds no wildcard */
async function byPrefix(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  prefix: string,
): Promise<Uuid[]> {
  const fromStates = await uuidsOf(
    session,
    sql`SELECT object_uuid AS uuid FROM object_states
      WHERE object_type = ${typeName} AND object_uuid LIKE ${`${prefix}%`} LIMIT 100`,
  );
  const source = NAMED[typeName];
  const table = `${typeName.toLowerCase()}s`;
  if (source === undefined || !description.tables.has(table)) return fromStates;
  const isNative = description.column(table, 'uuid')?.type === 'uuid';
  const pattern = `${isNative ? prefix : prefix.replaceAll('-', '')}%`;
  const fromTable = await uuidsOf(
    session,
    sql`SELECT uuid AS uuid FROM ${source.table} WHERE uuid LIKE ${pattern} LIMIT 100`,
  );
  return [...fromStates, ...fromTable];
}

async function withoutGone(session: Session, typeName: string, uuids: Uuid[]): Promise<Uuid[]> {
  const rows = await session.rows<{ uuid: string; state: string | null }>(
    sql`SELECT object_uuid AS uuid, state_value AS state FROM object_states
      WHERE object_type = ${typeName} AND object_uuid IN ${uuids}`,
  );
  const gone = new Set(rows.filter(({ state }) => GONE.has(state ?? '')).map(({ uuid }) => uuid));
  return uuids.filter((uuid) => !gone.has(uuid));
}

async function uuidsOf(session: Session, query: SQL): Promise<Uuid[]> {
  const rows = await session.rows<{ uuid: string }>(query);
  return rows.map(({ uuid }) => parseUuid(uuid) ?? uuid);
}
