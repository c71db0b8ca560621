import { sql, type SQL } from 'drizzle-orm';
import type { NodeFacts } from '../../core/cluster-facts.js';
import { Names, uniquePrefix, type ObjectName } from '../../core/names.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { answered, askTogether, optionalQuestion, type Question } from '../questions.js';
import type { Session } from '../session.js';

/** What is to be called by name. */
export interface ToName {
  objects: readonly { objectType: string; uuid: Uuid }[];
  operations: readonly Uuid[];
}

/** Where objects of a type have their names, by the type's value. */
const NAMED: Readonly<Record<string, string>> = { network: 'networks', instance: 'instances' };

/** Uuids whose neighbours are looked up; a list that is longer shows the others whole, for nobody reads so many. */
const SHORTENED_AT_MOST = 200;

/** The questions whose answers make `Names`; to be asked together with others. */
export function nameQuestions(
  description: DatabaseDescription,
  { objects, operations }: ToName,
  isShortened = true,
) {
  const all = isShortened ? [...operations, ...objects.map(({ uuid }) => uuid)] : [];
  const uuids = [...new Set(all)].slice(0, SHORTENED_AT_MOST);
  return {
    networkNames: namesQuestion(description, 'network', objects),
    instanceNames: namesQuestion(description, 'instance', objects),
    prefixes: prefixesQuestion(uuids),
  };
}

type NameAnswers = {
  [Name in keyof ReturnType<typeof nameQuestions>]: ReturnType<
    ReturnType<typeof nameQuestions>[Name]['read']
  >;
};

export function namesFrom(
  { networkNames, instanceNames, prefixes }: NameAnswers,
  nodes: readonly Pick<NodeFacts, 'uuid' | 'fqdn'>[],
): Names {
  return new Names(new Map([...networkNames, ...instanceNames]), prefixes, nodes);
}

/** The names of objects and the short forms of operations, in one round trip. */
export async function readNames(
  session: Session,
  description: DatabaseDescription,
  toName: ToName,
  nodes: readonly Pick<NodeFacts, 'uuid' | 'fqdn'>[],
): Promise<Names> {
  return namesFrom(await askTogether(session, nameQuestions(description, toName)), nodes);
}

/** Reads two rows for each object: its own, and that of another with the same name. */
function namesQuestion(
  description: DatabaseDescription,
  objectType: string,
  objects: ToName['objects'],
): Question<Map<Uuid, ObjectName>> {
  const table = NAMED[objectType]!;
  const uuids = [...new Set(objects.filter((one) => one.objectType === objectType).map(({ uuid }) => uuid))];
  const none = new Map<Uuid, ObjectName>();
  if (uuids.length === 0 || !description.tables.has(table)) return answered(none);
  const source = sql.identifier(table);
  return optionalQuestion(
    sql`SELECT o.uuid, o.name, o.namespace,
        EXISTS (SELECT 1 FROM ${source} other WHERE other.name = o.name AND other.uuid <> o.uuid) AS is_shared
      FROM ${source} o WHERE o.uuid IN ${uuids.map(undashed)}`,
    (rows: { uuid: string; name: string; namespace: string | null; is_shared: number }[]) =>
      new Map(
        rows.map(({ uuid, name, namespace, is_shared }) => [
          parseUuid(uuid) ?? uuid,
          { name, namespace, isUnique: is_shared === 0 },
        ]),
      ),
    none,
  );
}

/**
 * The shortest beginning of each uuid that no other in the database has: its neighbours in the indexes decide. Six rows
 * for each, however many there are. What is in neither is found by its whole uuid only, and is not shortened.
 */
function prefixesQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, string>> {
  if (uuids.length === 0) return answered(new Map<Uuid, string>());
  const sources: [SQL, SQL][] = [
    [sql`object_uuid`, sql`object_states`],
    [sql`operation_uuid`, sql`cluster_operation_targets`],
  ];
  const looks = uuids.flatMap((uuid, index) =>
    sources.flatMap(([column, table]) => [
      sql`(SELECT ${index} AS of, ${column} AS neighbour FROM ${table} WHERE ${column} = ${uuid} LIMIT 1)`,
      sql`(SELECT ${index}, ${column} FROM ${table} WHERE ${column} > ${uuid} ORDER BY ${column} LIMIT 1)`,
      sql`(SELECT ${index}, ${column} FROM ${table} WHERE ${column} < ${uuid} ORDER BY ${column} DESC LIMIT 1)`,
    ]),
  );
  return optionalQuestion(
    sql.join(looks, sql` UNION ALL `),
    (rows: { of: number; neighbour: string }[]) => {
      const neighbours = uuids.map((): Uuid[] => []);
      for (const { of, neighbour } of rows) neighbours[Number(of)]!.push(neighbour.toLowerCase());
      const found = uuids.filter((uuid, index) => neighbours[index]!.includes(uuid));
      return new Map(found.map((uuid) => [uuid, uniquePrefix(uuid, neighbours[uuids.indexOf(uuid)]!)]));
    },
    new Map<Uuid, string>(),
  );
}
