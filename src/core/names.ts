import type { NodeFacts } from './cluster-facts.js';
import { parseQueueName } from './operations/queue-name.js';
import type { Uuid } from './uuid.js';

/** Fewer characters of a uuid are never shown, nor accepted in its place. */
export const SHORTEST_PREFIX = 8;

/** What an object is called. */
export interface ObjectName {
  readonly name: string;
  readonly namespace: string | null;
  /** Whether no other object of the type has the name. */
  readonly isUnique: boolean;
}

/**
 * How people read what the database names by uuid: `network/web`, `sf-1`, `70000002`. Whatever is written short here is
 * accepted where it is asked for. What was not looked up is written with its whole uuid.
 */
export class Names {
  /** Nothing was looked up. */
  static readonly NONE = new Names(new Map(), new Map(), []);

  readonly #nodes: ReadonlyMap<Uuid, string>;

  /**
   * @param objects by uuid
   * @param prefixes uuid → its shortest beginning that no other uuid of the database has
   */
  constructor(
    private readonly objects: ReadonlyMap<Uuid, ObjectName>,
    private readonly prefixes: ReadonlyMap<Uuid, string>,
    private readonly nodes: readonly Pick<NodeFacts, 'uuid' | 'fqdn'>[],
  ) {
    this.#nodes = shortNodeNames(nodes);
  }

  /** What either of the two knows. */
  with(other: Names): Names {
    return new Names(
      new Map([...this.objects, ...other.objects]),
      new Map([...this.prefixes, ...other.prefixes]),
      other.nodes.length === 0 ? this.nodes : other.nodes,
    );
  }

  /** The name alone; null for an object that has none, or shares it. */
  nameOf(uuid: Uuid): string | null {
    const found = this.objects.get(uuid);
    return found?.isUnique === true ? found.name : (this.#nodes.get(uuid) ?? null);
  }

  /** `network/web`, or `network/20000001`. */
  object(objectType: string, uuid: Uuid): string {
    return `${objectType}/${this.nameOf(uuid) ?? this.uuid(uuid)}`;
  }

  /** The shortest form of an operation's uuid, or of any other's. */
  uuid(uuid: Uuid): string {
    return this.prefixes.get(uuid) ?? uuid;
  }

  node(uuid: Uuid): string {
    return this.#nodes.get(uuid) ?? this.uuid(uuid);
  }

  /** `network node · user_facing`; a name that no daemon looks for as it is. */
  queue(queueName: string): string {
    const name = parseQueueName(queueName);
    if (name === null) return queueName;
    const { target, family, priority } = name;
    const where =
      target === 'networknode' ? 'network node' : target === 'any' ? 'any node' : this.node(target);
    return `${where}${family === 'network' ? ' net' : ''} · ${priority}`;
  }
}

/** The first label of each node's name, or all of it where two would be the same. */
function shortNodeNames(nodes: readonly Pick<NodeFacts, 'uuid' | 'fqdn'>[]): Map<Uuid, string> {
  const first = ({ fqdn }: Pick<NodeFacts, 'fqdn'>): string => fqdn.split('.')[0] ?? fqdn;
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(first(node), (counts.get(first(node)) ?? 0) + 1);
  return new Map(nodes.map((node) => [node.uuid, counts.get(first(node)) === 1 ? first(node) : node.fqdn]));
}

/**
 * The shortest beginning of a uuid that its neighbours in the order of all uuids do not have, at least 8 characters of
 * it.
 */
export function uniquePrefix(uuid: Uuid, neighbours: readonly Uuid[]): string {
  let length = SHORTEST_PREFIX;
  for (const neighbour of neighbours) {
    if (neighbour === uuid) continue;
    let common = 0;
    while (common < uuid.length && uuid[common] === neighbour[common]) common += 1;
    length = Math.max(length, common + 1);
  }
  return uuid.slice(0, length);
}
