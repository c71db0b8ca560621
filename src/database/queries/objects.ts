import { sql, type SQL } from 'drizzle-orm';
import { NotFoundError, SfOpsError, UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { SHORTEST_PREFIX } from '../../core/names.js';
import { ambiguous, readObjectWish, type ObjectWish } from '../../core/object-reference.js';
import { isDeleted } from '../../core/object-states.js';
import { nameOfObjectType, OBJECT_TYPE_VALUES, valueOfObjectType } from '../../core/object-types.js';
import { OPERATION_TYPES } from '../../core/operations/catalogue.js';
import { readWord, shown } from '../../core/reading.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import type { ObjectReference } from './targets.js';

/** Where objects of a type can be found by name. Other types have no name; their state row tells the uuid. */
const NAMED: Readonly<Record<string, { table: SQL; name: SQL }>> = {
  NETWORK: { table: sql`networks`, name: sql`name` },
  INSTANCE: { table: sql`instances`, name: sql`name` },
  NODE: { table: sql`nodes`, name: sql`fqdn` },
};

/** Questions asked with one statement. */
const CHUNK = 200;

/**
 * The ENUM's name for a type as the operator gave it.
 *
 * @throws UsageError for a type that neither this program nor this database knows
 */
export function readObjectType(text: string, description: DatabaseDescription): string {
  const name = findObjectType(text, description);
  if (name === null) {
    const meant = nearest(text, OBJECT_TYPE_VALUES);
    throw new UsageError(`${shown(text)} is not an object type.`, {
      hint: meant === null ? `Object types: ${OBJECT_TYPE_VALUES.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  return name;
}

/** As `readObjectType`; null for a word that is no type. */
export function findObjectType(text: string, description: DatabaseDescription): string | null {
  const labels = description.column('cluster_operation_targets', 'target_object_type')?.labels ?? [];
  const label = labels.find((one) => one.toLowerCase() === text.toLowerCase());
  return nameOfObjectType(text) ?? label ?? null;
}

/**
 * The value of an operation type as the operator gave it; the database may know more types than this program.
 *
 * @throws UsageError for a type that neither knows
 */
export function readOperationType(text: string, description: DatabaseDescription): string {
  const ours = OPERATION_TYPES.map(({ value }): string => value);
  const theirs = description.operationLabels.filter((label) => label !== '').map(valueOfObjectType);
  const known = new Set([...ours, ...theirs]);
  const type = readWord(text.toLowerCase(), 'an operation type', [...known]);
  if ('problem' in type) throw new UsageError(`${type.problem}.`);
  return type.value;
}

/**
 * Finds the objects that an operator named by uuid, name, or the beginning of a uuid; a few statements, however many
 * there are. A whole uuid is taken as it is: an object can be gone while operations still target it.
 *
 * @throws NotFoundError for what matches nothing, UsageError for what matches several
 */
export async function resolveObjects(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
): Promise<ObjectReference[]> {
  const { found, missing } = await findObjects(session, description, typeName, texts);
  if (missing[0] !== undefined) throw missing[0];
  return found;
}

/**
 * As `resolveObjects`, for commands that answer for those that are found.
 *
 * @returns `missing`: why each of the others is not among them
 */
export async function findObjects(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
): Promise<{ found: ObjectReference[]; missing: SfOpsError[] }> {
  const wishes = texts.map(readObjectWish);
  const candidates = await candidatesOf(session, description, typeName, wishes);
  const found: ObjectReference[] = [];
  const missing: SfOpsError[] = [];
  for (const [index, wish] of wishes.entries()) {
    const uuid =
      'uuid' in wish ? wish.uuid : await only(session, typeName, wish.name, [...candidates[index]!]);
    if (uuid instanceof SfOpsError) missing.push(uuid);
    else found.push({ typeName, uuid });
  }
  return { found, missing };
}

/** @returns for each wish the uuids that its name or prefix matches */
async function candidatesOf(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  wishes: readonly ObjectWish[],
): Promise<Set<Uuid>[]> {
  const queries = wishes.flatMap((wish, index) =>
    'uuid' in wish ? [] : queriesFor(description, typeName, wish).map((query) => ({ index, query })),
  );
  const found = wishes.map(() => new Set<Uuid>());
  for (let start = 0; start < queries.length; start += CHUNK) {
    const selects = queries
      .slice(start, start + CHUNK)
      .map(
        ({ index, query }) =>
          sql`(SELECT ${index} AS wish, CAST(${query.uuid} AS CHAR) AS uuid ${query.from} LIMIT 100)`,
      );
    const rows = await session.rows<{ wish: number; uuid: string }>(sql.join(selects, sql` UNION ALL `));
    for (const { wish, uuid } of rows) found[Number(wish)]!.add(parseUuid(uuid) ?? uuid);
  }
  return found;
}

function queriesFor(
  description: DatabaseDescription,
  typeName: string,
  { name, prefix }: Exclude<ObjectWish, { uuid: Uuid }>,
): { uuid: SQL; from: SQL }[] {
  const table = `${typeName.toLowerCase()}s`;
  const source = description.tables.has(table) ? NAMED[typeName] : undefined;
  const queries: { uuid: SQL; from: SQL }[] = [];
  if (source !== undefined) {
    // The first comparison finds rows by the index; the second, of bytes, does not take `Café ` for `cafe`.
    const isNamed = sql`${source.name} = ${name} AND BINARY ${source.name} = ${name}`;
    queries.push({ uuid: sql`uuid`, from: sql`FROM ${source.table} WHERE ${isNamed}` });
  }
  if (prefix === null) return queries;
  // Hex and dashes only, so that it holds no wildcard.
  queries.push({
    uuid: sql`object_uuid`,
    from: sql`FROM object_states WHERE object_type = ${typeName} AND object_uuid LIKE ${`${prefix}%`}`,
  });
  if (source !== undefined) {
    const isNative = description.column(table, 'uuid')?.type === 'uuid';
    const pattern = `${isNative ? prefix : prefix.replaceAll('-', '')}%`;
    queries.push({ uuid: sql`uuid`, from: sql`FROM ${source.table} WHERE uuid LIKE ${pattern}` });
  }
  return queries;
}

async function only(
  session: Session,
  typeName: string,
  text: string,
  candidates: Uuid[],
): Promise<Uuid | SfOpsError> {
  const [first, second] = candidates;
  if (first !== undefined && second === undefined) return first;
  const type = typeName.toLowerCase();
  if (first === undefined) {
    return new NotFoundError(`There is no ${type} ${shown(text)}.`, {
      hint: `Give a uuid, the beginning of one (${SHORTEST_PREFIX} characters or more), or a name.`,
    });
  }
  const living = await withoutGone(session, typeName, candidates);
  if (living.length === 1) return living[0]!;
  return ambiguous(type, text, candidates);
}

async function withoutGone(session: Session, typeName: string, uuids: Uuid[]): Promise<Uuid[]> {
  const rows = await session.rows<{ uuid: string; state: string | null }>(
    sql`SELECT object_uuid AS uuid, state_value AS state FROM object_states
      WHERE object_type = ${typeName} AND object_uuid IN ${uuids}`,
  );
  const gone = new Set(rows.filter(({ state }) => isDeleted(state)).map(({ uuid }) => uuid));
  return uuids.filter((uuid) => !gone.has(uuid));
}
