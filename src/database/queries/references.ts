import { sql, type SQL } from 'drizzle-orm';
import { NotFoundError, type SfOpsError } from '../../core/errors.js';
import { SHORTEST_PREFIX } from '../../core/names.js';
import { ambiguous, readObjectWish } from '../../core/object-reference.js';
import { isDeleted } from '../../core/object-states.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { NamedReference } from '../../core/operations/draft.js';
import { shown } from '../../core/reading.js';
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
    const wish = readObjectWish(text);
    if ('uuid' in wish) return wish.uuid;
    const { name, prefix } = wish;
    const matches = [...(this.#named.get(`${typeName} ${name}`) ?? [])];
    if (prefix !== null)
      matches.push(...(this.#prefixed.get(typeName) ?? []).filter(({ uuid }) => uuid.startsWith(prefix)));
    const found = [...new Map(matches.map((match) => [match.uuid, match])).values()];
    const [only, second] = found;
    if (only === undefined) return notFound(typeName, text);
    if (second === undefined) return only.uuid;
    const living = found.filter(({ state }) => !isDeleted(state));
    if (living.length === 1) return living[0]!.uuid;
    const uuids = found.map(({ uuid }) => uuid);
    return ambiguous(valueOfObjectType(typeName), text, uuids);
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
  return {
    found: answers.flatMap((answer) => (typeof answer === 'string' ? [{ typeName, uuid: answer }] : [])),
    missing: answers.filter((answer) => typeof answer !== 'string'),
  };
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
  const prefixes = texts.map(readObjectWish).flatMap((wish) => ('prefix' in wish ? (wish.prefix ?? []) : []));
  const parts = [
    ...rowMatches(description, typeName, texts, prefixes),
    ...(prefixes.length === 0
      ? []
      : [
          sql`SELECT NULL AS name, s.object_uuid AS uuid, s.state_value AS state FROM object_states s
            WHERE s.object_type = ${typeName} AND ${startsWith(sql`s.object_uuid`, prefixes)}`,
        ]),
  ].map((part) => sql`(${part} ${lock})`);
  if (parts.length === 0) return answered<Match[]>([]);
  return question(sql.join(parts, sql` UNION ALL `), (rows: Match[]) =>
    rows.map(({ name, uuid, state }) => ({ name, uuid: parseUuid(uuid) ?? uuid, state })),
  );
}

/** Among the rows of the objects themselves, where their type has a table with names. */
function rowMatches(
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
  prefixes: readonly string[],
): SQL[] {
  const named = NAMED[typeName];
  if (named === undefined || !description.tables.has(named.table)) return [];
  const { table } = named;
  const name = sql`o.${sql.identifier(named.name)}`;
  const isNative = description.column(table, 'uuid')?.type === 'uuid';
  const spelled = isNative ? prefixes : prefixes.map((prefix) => prefix.replaceAll('-', ''));
  const matching = (shownName: SQL, which: SQL): SQL =>
    sql`SELECT ${shownName} AS name, CAST(o.uuid AS CHAR) AS uuid, s.state_value AS state
      FROM ${sql.identifier(table)} o LEFT JOIN object_states s ON s.object_type = ${typeName}
        AND s.object_uuid = ${dashedColumn(description, table, 'uuid', sql`o.uuid`)}
      WHERE ${which}`;
  return [
    // By the index; of those that differ in case or in spaces at the end, `find` takes only the one that is meant.
    matching(name, sql`${name} IN ${[...texts]}`),
    ...(spelled.length === 0 ? [] : [matching(sql`NULL`, startsWith(sql`o.uuid`, spelled))]),
  ];
}

/** The prefixes are hex and dashes, and so hold no wildcard. */
function startsWith(column: SQL, prefixes: readonly string[]): SQL {
  const alternatives = prefixes.map((prefix) => sql`${column} LIKE ${`${prefix}%`}`);
  return sql`(${sql.join(alternatives, sql` OR `)})`;
}

function notFound(typeName: string, text: string): NotFoundError {
  const type = valueOfObjectType(typeName);
  const kind = type.endsWith('_op') ? `operation ${type}` : type;
  const orName = typeName in NAMED ? ', or a name' : '';
  return new NotFoundError(`There is no ${kind} ${shown(text)}.`, {
    hint: `Give a uuid, the beginning of one (${SHORTEST_PREFIX} characters or more)${orName}.`,
  });
}
