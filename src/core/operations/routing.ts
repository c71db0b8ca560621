import { UsageError } from '../errors.js';
import { shown, type Parsed } from '../parsed-value.js';
import { isVersion4, parseUuid, type Uuid } from '../uuid.js';
import { FAMILIES, type Family, type OperationType, type Route } from './operation-type.js';
import type { PriorityName } from './priority.js';
import { queueName } from './queue-name.js';

/** A row of work waits in one queue, and only one kind of daemon looks there. */
export interface Queue {
  /** `work_queue.queue_name`. */
  readonly name: string;
  readonly target: string;
  readonly family: Family;
  /** The node whose daemon drains it; null for `networknode` and `any`. */
  readonly nodeUuid: Uuid | null;
}

/** What the sender asks for; null = leave it to the type. */
export interface RoutingWish {
  readonly target: unknown;
  readonly family: unknown;
  /** The operation's own `node_uuid`, for the types that run there. */
  readonly ownNode: Uuid | null;
  readonly tasks: readonly string[];
}

/** The queue that an operation goes to. Throws a `UsageError` for a target or family that its type is not routed to. */
export function queueOf(type: OperationType, wish: RoutingWish, priority: PriorityName): Queue {
  const queue = readQueue(type, wish, priority);
  if ('problem' in queue) throw new UsageError(`${type.value}: ${queue.problem}`);
  return queue.value;
}

/** As `queueOf`, without throwing: for those who collect problems. */
export function readQueue(type: OperationType, wish: RoutingWish, priority: PriorityName): Parsed<Queue> {
  const [defaultRoute] = type.routes;
  const node = typeof wish.target === 'string' ? parseUuid(wish.target) : null;
  const route =
    wish.target === null ? defaultRoute : type.routes.find((candidate) => leadsTo(candidate, wish, node));
  if (route === undefined) return { problem: `target ${shown(wish.target)} ${targetProblem(type, wish)}` };
  if (wish.family !== null && wish.family !== route.family) {
    return { problem: `family ${shown(wish.family)} ${familyProblem(type, wish)}` };
  }
  const nodeUuid = route.to === 'own-node' ? wish.ownNode : route.to === 'given-node' ? node : null;
  const target = nodeUuid ?? route.to;
  return {
    value: { name: queueName(target, route.family, priority), target, family: route.family, nodeUuid },
  };
}

function leadsTo(route: Route, wish: RoutingWish, node: Uuid | null): boolean {
  if (route.to === 'own-node') return node !== null && node === wish.ownNode;
  if (route.to === 'given-node') return node !== null && isVersion4(node);
  return wish.target === route.to;
}

function targetProblem(type: OperationType, wish: RoutingWish): string {
  if (type.routes[0].to === 'own-node') {
    return `contradicts node_uuid ${shown(wish.ownNode)}: a ${type.value} runs on its own node`;
  }
  return `is not where a ${type.value} can go (allowed: ${allowed(type)})`;
}

/**
 * Workers fold coalescible siblings by network and node. Only sf-net hands all work on a network to one thread; on
 * sf-queues' family of a node two siblings could run at once (operations contract, section 3).
 */
function familyProblem(type: OperationType, wish: RoutingWish): string {
  if (!FAMILIES.some((family) => family === wish.family)) {
    return `is not a family (allowed: ${FAMILIES.join(', ')})`;
  }
  const foldable = wish.tasks.find((task) => type.coalescing?.tasks.includes(task));
  const reason =
    foldable === undefined ? '' : `; ${foldable} is folded by node, which only sf-net does safely`;
  const target = wish.target === null ? 'the default target' : `target ${shown(wish.target)}`;
  return `does not go with ${target} of a ${type.value} (allowed: ${allowed(type)})${reason}`;
}

function allowed(type: OperationType): string {
  const places = {
    networknode: 'networknode',
    any: 'any',
    'own-node': 'its own node',
    'given-node': "a node's uuid",
  };
  return type.routes.map(({ to, family }) => `${places[to]} in family ${family}`).join(', ');
}
