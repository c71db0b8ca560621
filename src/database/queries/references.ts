import { sql, type SQL } from 'drizzle-orm';
import { NotFoundError, type SfOpsError } from '../../core/errors.js';
import { SHORTEST_PREFIX } from '../../core/names.js';
import { nearest } from '../../core/nearest.js';
import { ambiguous, readObjectWish, readObjectWishes, type ObjectWish } from '../../core/object-reference.js';
import { isDeleted } from '../../core/object-states.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { NamedReference } from '../../core/operations/draft.js';
import { shown } from '../../core/parsed-value.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import type { DatabaseDescription } from '../description.js';
import { answered, askTogether, question, type Question } from '../questions.js';
import type { Session } from '../session.js';
import { dashedColumn } from '../uuid-columns.js';
import type { ObjectReference } from './targets.js';

/** Where objects of a type can be found by name. Other types have no name; their state row tells the uuid. */
const NAMED: Readonly<Record<string, { table: string; name: string }>> = {
  NETWORK: { table: 'networks', name: 'name' },
  INSTANCE: { table: 'instances', name: 'name' },
  NODE: { table: 'nodes', name: 'fqdn' },
};

interface Match {
  /** Null where it was found by the beginning of its uuid. */
  name: string | null;
  namespace: string | null;
  uuid: Uuid;
  state: string | null;
}

/** What was found for names and beginnings of uuids. */
export class FoundReferences {
  readonly #named = new Map<string, Match[]>();
  readonly #prefixed = new Map<string, Match[]>();

  add(typeName: string, matches: readonly Match[]): void {
    for (const match of matches) {
      const [among, key] =
        match.name === null ? [this.#prefixed, typeName] : [this.#named, `${typeName} ${match.name}`];
      const known = among.get(key);
      if (known === undefined) among.set(key, [match]);
      else known.push(match);
    }
  }

  /**
   * A whole uuid is taken as it is: an object can be gone while operations still name it.
   *
   * @returns NotFoundError for what matches nothing, UsageError for what matches several living things
   */
  find({ typeName, text }: NamedReference): Uuid | SfOpsError {
    const type = valueOfObjectType(typeName);
    for (const wish of readObjectWishes(type, text)) {
      const found = this.#matches(typeName, wish);
      const [only, second] = found;
      if (only === undefined) continue;
      if (second === undefined) return only.uuid;
      const living = found.filter(({ state }) => !isDeleted(state));
      if (living.length === 1) return living[0]!.uuid;
      const uuids = found.map(({ uuid }) => uuid);
      return ambiguous(type, text, uuids);
    }
    return notFound(typeName, text);
  }

  /** @returns each thing once */
  #matches(typeName: string, wish: ObjectWish): Pick<Match, 'uuid' | 'state'>[] {
    if ('uuid' in wish) return [{ uuid: wish.uuid, state: null }];
    const { name, namespace, prefix } = wish;
    const matches = (this.#named.get(`${typeName} ${name}`) ?? []).filter(
      (match) => namespace === undefined || match.namespace === namespace,
    );
    if (prefix !== null)
      matches.push(...(this.#prefixed.get(typeName) ?? []).filter(({ uuid }) => uuid.startsWith(prefix)));
    return [...new Map(matches.map((match) => [match.uuid, match])).values()];
  }

  /** @throws what `find` returns for what is not one thing */
  uuidOf(reference: NamedReference): Uuid {
    const found = this.find(reference);
    if (typeof found !== 'string') throw found;
    return found;
  }
}

/**
 * Finds the objects that an operator named by uuid, name, or the beginning of a uuid; a few statements, however many
 * there are.
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
  const references = texts.map((text) => ({ typeName, text }));
  const looked = await findReferences(session, description, references);
  const answers = references.map((reference) => looked.find(reference));
  const isUnknown = answers.some((answer) => answer instanceof NotFoundError);
  const names = isUnknown ? await someNames(session, description, typeName) : [];
  return {
    found: answers.flatMap((answer) => (typeof answer === 'string' ? [{ typeName, uuid: answer }] : [])),
    missing: answers.flatMap((answer, index) => {
      if (typeof answer === 'string') return [];
      return answer instanceof NotFoundError ? notFound(typeName, texts[index]!, names) : answer;
    }),
  };
}

/** Names among which one that was mistyped is looked for. */
const NAMES_AT_MOST = 1000;

/** With their namespaces, and without. */
async function someNames(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
): Promise<string[]> {
  const named = namedTable(description, typeName);
  if (named === null) return [];
  const rows = await session.rows<Pick<Match, 'name' | 'namespace'>>(
    sql`SELECT ${named.name} AS name, ${named.namespace} AS namespace FROM ${named.table} o LIMIT ${NAMES_AT_MOST}`,
  );
  return rows.flatMap(({ name, namespace }) =>
    name === null ? [] : namespace === null ? [name] : [name, `${namespace}/${name}`],
  );
}

/**
 * Looks up any number of names, a thousand in a round trip.
 *
 * @param hold keeps what was found as it is until the transaction ends. A locking read also begins no snapshot, so that
 *   what others commit while this transaction waits for them is still seen.
 */
export async function findReferences(
  session: Session,
  description: DatabaseDescription,
  references: readonly NamedReference[],
  hold = false,
): Promise<FoundReferences> {
  const lock = hold ? sql`LOCK IN SHARE MODE` : sql``;
  const found = new FoundReferences();
  for (const chunk of chunks(references.filter(({ text }) => !('uuid' in readObjectWish(text))))) {
    const types = new Set(chunk.map(({ typeName }) => typeName));
    const questions = [...types].map((typeName) => {
      const texts = chunk.filter((reference) => reference.typeName === typeName).map(({ text }) => text);
      return [typeName, matchesQuestion(description, typeName, [...new Set(texts)], lock)] as const;
    });
    const answers = await askTogether<Record<string, Question<Match[]>>>(
      session,
      Object.fromEntries(questions),
    );
    for (const [typeName, matches] of Object.entries(answers)) found.add(typeName, matches);
  }
  return found;
}

function matchesQuestion(
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
  lock: SQL,
): Question<Match[]> {
  const wishes = texts.flatMap((text) => readObjectWishes(valueOfObjectType(typeName), text));
  const names = wishes.flatMap((wish) => ('name' in wish ? wish.name : []));
  const prefixes = wishes.flatMap((wish) => ('prefix' in wish ? (wish.prefix ?? []) : []));
  const parts = [
    ...rowMatches(description, typeName, names, prefixes),
    ...(prefixes.length === 0
      ? []
      : [
          sql`SELECT NULL AS name, NULL AS namespace, s.object_uuid AS uuid, s.state_value AS state
            FROM object_states s
            WHERE s.object_type = ${typeName} AND ${startsWith(sql`s.object_uuid`, prefixes)}`,
        ]),
  ].map((part) => sql`(${part} ${lock})`);
  if (parts.length === 0) return answered<Match[]>([]);
  return question(sql.join(parts, sql` UNION ALL `), (rows: Match[]) =>
    rows.map((row) => ({ ...row, uuid: parseUuid(row.uuid) ?? row.uuid })),
  );
}

/** Among the rows of the objects themselves, where their type has a table with names. */
function rowMatches(
  description: DatabaseDescription,
  typeName: string,
  names: readonly string[],
  prefixes: readonly string[],
): SQL[] {
  const named = namedTable(description, typeName);
  if (named === null) return [];
  const spelled = named.isNative ? prefixes : prefixes.map((prefix) => prefix.replaceAll('-', ''));
  const matching = (name: SQL, namespace: SQL, which: SQL): SQL =>
    sql`SELECT ${name} AS name, ${namespace} AS namespace, CAST(o.uuid AS CHAR) AS uuid, s.state_value AS state
      FROM ${named.table} o LEFT JOIN object_states s ON s.object_type = ${typeName}
        AND s.object_uuid = ${named.uuid}
      WHERE ${which}`;
  return [
    // By the index; of those that differ in case or in spaces at the end, `find` takes only the one that is meant.
    ...(names.length === 0
      ? []
      : [matching(named.name, named.namespace, sql`${named.name} IN ${[...new Set(names)]}`)]),
    ...(spelled.length === 0 ? [] : [matching(sql`NULL`, sql`NULL`, startsWith(sql`o.uuid`, spelled))]),
  ];
}

/** Where this database has the names of objects of a type, as expressions on the table `o`; null where it has none. */
function namedTable(
  description: DatabaseDescription,
  typeName: string,
): { table: SQL; name: SQL; namespace: SQL; uuid: SQL; isNative: boolean } | null {
  const named = NAMED[typeName];
  if (named === undefined || !description.tables.has(named.table)) return null;
  const { table, name } = named;
  return {
    table: sql`${sql.identifier(table)}`,
    name: sql`o.${sql.identifier(name)}`,
    namespace: description.column(table, 'namespace') === null ? sql`NULL` : sql`o.namespace`,
    uuid: dashedColumn(description, table, 'uuid', sql`o.uuid`),
    isNative: description.column(table, 'uuid')?.type === 'uuid',
  };
}

/** The prefixes are hex and dashes, and so hold no wildcard. */
function startsWith(column: SQL, prefixes: readonly string[]): SQL {
  const alternatives = prefixes.map((prefix) => sql`${column} LIKE ${`${prefix}%`}`);
  return sql`(${sql.join(alternatives, sql` OR `)})`;
}

/** @param names one of which may have been meant */
function notFound(typeName: string, text: string, names: readonly string[] = []): NotFoundError {
  const type = valueOfObjectType(typeName);
  const kind = type.endsWith('_op') ? `operation ${type}` : type;
  const orName = typeName in NAMED ? ', or a name' : '';
  const meant = nearest(text, names);
  return new NotFoundError(`There is no ${kind} ${shown(text)}.`, {
    hint:
      meant === null
        ? `Give a uuid, the beginning of one (${SHORTEST_PREFIX} characters or more)${orName}.`
        : `Did you mean ${shown(meant)}?`,
  });
}
