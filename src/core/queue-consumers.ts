import { isCheckingIn, type ClusterFacts, type NodeFacts } from './cluster-facts.js';
import { formatDuration } from './duration.js';
import { parseQueueName } from './operations/queue-name.js';
import type { Uuid } from './uuid.js';

/** The daemons that take work from queues. */
export type ConsumerDaemon = 'net' | 'queues';

/** Why a daemon takes no work, with what shows it. */
export type ConsumerProblem =
  /** Its node has not checked in within the limit; `seenSecondsAgo` null: it never has. */
  | { kind: 'not_seen'; seenSecondsAgo: number | null; limitSeconds: number }
  /** The node reports on its daemons, and not on this one. */
  | { kind: 'not_reported' }
  | { kind: 'stopped'; value: string };

/** A daemon that is meant to take work from a queue; `problem` null: as far as is known, it does. */
export interface Consumer {
  node: Pick<NodeFacts, 'uuid' | 'fqdn'>;
  daemon: ConsumerDaemon;
  problem: ConsumerProblem | null;
}

/** Why nobody takes work from a queue. */
export type Undrained =
  | { cause: 'unknown_name' }
  /** The family `network` exists for a node's own uuid only. */
  | { cause: 'family_needs_node' }
  | { cause: 'no_such_node'; node: Uuid }
  | { cause: 'no_node' }
  | { cause: 'no_network_node' }
  | { cause: 'no_consumer_runs'; consumers: readonly Consumer[] };

/** Who is meant to take work from a queue (operations contract, section 4), or why there can be nobody. */
export function consumersOf(
  queueName: string,
  cluster: ClusterFacts,
  now: number,
): { consumers: readonly Consumer[] } | { nobody: Undrained } {
  const name = parseQueueName(queueName);
  if (name === null) return { nobody: { cause: 'unknown_name' } };
  const on = (nodes: readonly NodeFacts[], daemon: ConsumerDaemon): { consumers: Consumer[] } => ({
    consumers: nodes.map((node) => ({ node, daemon, problem: consumerProblem(node, daemon, cluster, now) })),
  });
  const { target, family } = name;
  if (target === 'any' || target === 'networknode') {
    if (family === 'network') return { nobody: { cause: 'family_needs_node' } };
    if (cluster.nodes.length === 0) return { nobody: { cause: 'no_node' } };
    if (target === 'any') return on(cluster.nodes, 'queues');
    const elected = cluster.nodes.filter(({ isNetworkNode }) => isNetworkNode);
    return elected.length === 0 ? { nobody: { cause: 'no_network_node' } } : on(elected, 'net');
  }
  const node = cluster.nodes.find(({ uuid }) => uuid === target);
  if (node === undefined) return { nobody: { cause: 'no_such_node', node: target } };
  return on([node], family === 'network' ? 'net' : 'queues');
}

/** Why nobody will take work from this queue, or null if some living daemon does. */
export function whyUndrained(queueName: string, cluster: ClusterFacts, now: number): Undrained | null {
  const found = consumersOf(queueName, cluster, now);
  if ('nobody' in found) return found.nobody;
  const { consumers } = found;
  return consumers.some(({ problem }) => problem === null) ? null : { cause: 'no_consumer_runs', consumers };
}

/**
 * Why a daemon of the node takes no work, or null if it does. Where a node never reported on its daemons, they are
 * believed to run: a warning must rest on evidence.
 *
 * @param now unix seconds
 */
export function consumerProblem(
  node: NodeFacts,
  daemon: ConsumerDaemon,
  cluster: ClusterFacts,
  now: number,
): ConsumerProblem | null {
  if (!isCheckingIn(node, cluster, now)) {
    const seenSecondsAgo = node.lastSeen === null ? null : now - node.lastSeen;
    return { kind: 'not_seen', seenSecondsAgo, limitSeconds: cluster.checkinMaximumSeconds };
  }
  if (node.daemons.size === 0) return null;
  const name = [daemon, `sf-${daemon}`].find((candidate) => node.daemons.has(candidate));
  if (name === undefined) return { kind: 'not_reported' };
  const value = node.daemons.get(name) ?? '';
  return isStopped(value) ? { kind: 'stopped', value } : null;
}

/** Whether a daemon's last report (`daemon-running`, `daemon-stopped`, `daemon-stopping`, …) says that it takes no work. */
export function isStopped(value: string | null): boolean {
  return (value ?? '').includes('stop');
}

/** A clause: `sf-net on node sf-1 is stopped`. */
export function consumerSentence({ node, daemon, problem }: Consumer): string {
  switch (problem?.kind) {
    case undefined:
      return `sf-${daemon} runs on ${node.fqdn}`;
    case 'not_seen':
      return problem.seenSecondsAgo === null
        ? `node ${node.fqdn} has never checked in`
        : `node ${node.fqdn} has not checked in for ${formatDuration(problem.seenSecondsAgo)}`;
    case 'not_reported':
      return `sf-${daemon} does not run on node ${node.fqdn}`;
    case 'stopped':
      return `sf-${daemon} on node ${node.fqdn} is ${problem.value.replace(/^daemon-/, '')}`;
  }
}

/** A clause that follows "nobody drains the queue": `node sf-2 has not checked in for 3h00m`. */
export function undrainedSentence(undrained: Undrained): string {
  switch (undrained.cause) {
    case 'unknown_name':
      return 'no daemon looks for a queue of this name';
    case 'family_needs_node':
      return "the family network is for a node's own uuid";
    case 'no_such_node':
      return `node ${undrained.node} does not exist`;
    case 'no_node':
      return 'there is no node';
    case 'no_network_node':
      return 'there is no network node';
    case 'no_consumer_runs':
      return undrained.consumers.map(consumerSentence).join('; ');
  }
}
