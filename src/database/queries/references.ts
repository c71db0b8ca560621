import { sql, type SQL } from 'drizzle-orm';
import { ambiguous, readObjectWish } from '../../core/object-reference.js';
import { NotFoundError } from '../../core/errors.js';
import { SHORTEST_PREFIX } from '../../core/names.js';
import { isDeleted } from '../../core/object-states.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { NamedReference } from '../../core/operations/draft.js';
import { shown } from '../../core/reading.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { askTogether, question, type Question } from '../questions.js';
import type { Session } from '../session.js';
import { dashedColumn } from '../uuid-columns.js';

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
  constructor(private readonly matches: ReadonlyMap<string, readonly Match[]>) {}

  /** @throws NotFoundError for what matches nothing, UsageError for what matches several living things */
  uuidOf({ typeName, text }: NamedReference): Uuid {
    const wish = readObjectWish(text);
    if ('uuid' in wish) return wish.uuid;
    const { prefix } = wish;
    const fits = ({ name, uuid }: Match): boolean =>
      name === text || (prefix !== null && name === null && uuid.startsWith(prefix));
    const found = [
      ...new Map(
        (this.matches.get(typeName) ?? []).filter(fits).map((match) => [match.uuid, match]),
      ).values(),
    ];
    const [only, second] = found;
    const type = valueOfObjectType(typeName);
    if (only === undefined) {
      const kind = type.endsWith('_op') ? `operation ${type}` : type;
      throw new NotFoundError(`There is no ${kind} ${shown(text)}.`, {
        hint: `Give a uuid, the beginning of one (${SHORTEST_PREFIX} characters or more)${typeName in NAMED ? ', or a name' : ''}.`,
      });
    }
    if (second === undefined) return only.uuid;
    const living = found.filter(({ state }) => !isDeleted(state));
    if (living.length === 1) return living[0]!.uuid;
    throw ambiguous(
      type,
      text,
      found.map(({ uuid }) => uuid),
    );
  }
}

/**
 * Looks up any number of names in one round trip.
 *
 * @param hold keeps what was found as it is until the transaction ends. A locking read also begins no snapshot, so that
 *   what others commit while this transaction waits for them is still seen.
 */
export async function findReferences(
  session: Session,
  description: DatabaseDescription,
  references: readonly NamedReference[],
  hold: boolean,
): Promise<FoundReferences> {
  const types = [...new Set(references.map(({ typeName }) => typeName))];
  const lock = hold ? sql`LOCK IN SHARE MODE` : sql``;
  const questions = types.map((typeName): [string, Question<Match[]>] => {
    const texts = references.filter((reference) => reference.typeName === typeName).map(({ text }) => text);
    return [typeName, matchesQuestion(description, typeName, [...new Set(texts)], lock)];
  });
  const answers = await askTogether<Record<string, Question<Match[]>>>(
    session,
    Object.fromEntries(questions),
  );
  return new FoundReferences(new Map(Object.entries(answers)));
}

function matchesQuestion(
  description: DatabaseDescription,
  typeName: string,
  texts: readonly string[],
  lock: SQL,
): Question<Match[]> {
  const prefixes = texts.map(readObjectWish).flatMap((wish) => ('prefix' in wish ? (wish.prefix ?? []) : []));
  const named = NAMED[typeName];
  const parts: SQL[] = [];
  if (named !== undefined && description.tables.has(named.table)) {
    const { table } = named;
    const name = sql`o.${sql.identifier(named.name)}`;
    const isNative = description.column(table, 'uuid')?.type === 'uuid';
    const spelled = isNative ? prefixes : prefixes.map((prefix) => prefix.replaceAll('-', ''));
    const from = sql`FROM ${sql.identifier(table)} o LEFT JOIN object_states s ON s.object_type = ${typeName}
      AND s.object_uuid = ${dashedColumn(description, table, 'uuid', sql`o.uuid`)}`;
    const columns = (nameShown: SQL): SQL =>
      sql`SELECT ${nameShown} AS name, CAST(o.uuid AS CHAR) AS uuid, s.state_value AS state ${from}`;
    parts.push(sql`(${columns(name)} WHERE ${name} IN ${[...texts]} ${lock})`);
    if (spelled.length > 0)
      parts.push(sql`(${columns(sql`NULL`)} WHERE ${startsWith(sql`o.uuid`, spelled)} ${lock})`);
  }
  if (prefixes.length > 0) {
    parts.push(sql`(SELECT NULL AS name, s.object_uuid AS uuid, s.state_value AS state FROM object_states s
      WHERE s.object_type = ${typeName} AND ${startsWith(sql`s.object_uuid`, prefixes)} ${lock})`);
  }
  if (parts.length === 0) parts.push(sql`SELECT NULL AS name, NULL AS uuid, NULL AS state FROM DUAL WHERE 0`);
  return question(
    sql.join(parts, sql` UNION ALL `),
    (rows: { name: string | null; uuid: string; state: string | null }[]) =>
      rows.map(({ name, uuid, state }) => ({ name, uuid: parseUuid(uuid) ?? uuid, state })),
  );
}

/** The prefixes are hex and dashes, and so hold no wildcard. */
function startsWith(column: SQL, prefixes: readonly string[]): SQL {
  const alternatives = prefixes.map((prefix) => sql`${column} LIKE ${`${prefix}%`}`);
  return sql`(${sql.join(alternatives, sql` OR `)})`;
}
