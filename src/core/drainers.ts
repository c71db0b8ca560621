import type { Uuid } from './uuid.js';

/** A node as far as draining queues is concerned. */
export interface NodeFacts {
  uuid: Uuid;
  fqdn: string;
  /** Its address on the mesh. */
  ip: string;
  /** Unix seconds of its last check-in; null if it never checked in. */
  lastSeen: number | null;
  isNetworkNode: boolean;
  isHypervisor: boolean;
  installedVersion: string | null;
  /** Daemon (`net`, `queues`, …) → its last reported value (`daemon-running`, …); null where it reported none. */
  daemons: ReadonlyMap<string, string | null>;
}

export interface ClusterFacts {
  nodes: readonly NodeFacts[];
  /** Seconds without a check-in after which Shaken Fist calls a node missing (`NODE_CHECKIN_MAXIMUM`). */
  checkinMaximumSeconds: number;
  /** Seconds after which a claim counts as abandoned (`CLUSTER_OP_STUCK_THRESHOLD`). */
  staleClaimSeconds: number;
}

const QUEUE_NAME =
  /^(any|networknode|[0-9a-f-]{36})-(clusteroperation|network)-(user_waiting|user_facing|user_facing_high_io|background|background_high_io)$/;

/**
 * Why nobody will take work from this queue, or null if some living daemon does (operations contract, section 4).
 * Where a node never reported on its daemons, its daemons are believed to run: a warning must rest on evidence.
 *
 * @param now unix seconds
 */
export function whyUndrained(queueName: string, cluster: ClusterFacts, now: number): string | null {
  const match = QUEUE_NAME.exec(queueName);
  if (match === null) return `no daemon drains a queue of the name ${queueName}`;
  const [, target, family] = match as unknown as [string, string, string];
  if (target === 'any') {
    return family === 'network' ? noDaemon(queueName) : anyOf(cluster.nodes, 'queues', 'node', cluster, now);
  }
  if (target === 'networknode') {
    if (family === 'network') return noDaemon(queueName);
    const elected = cluster.nodes.filter((node) => node.isNetworkNode);
    return anyOf(elected, 'net', 'network node', cluster, now);
  }
  const node = cluster.nodes.find(({ uuid }) => uuid === target);
  if (node === undefined) return `node ${target} does not exist`;
  return whyNotServing(node, family === 'network' ? 'net' : 'queues', cluster, now);
}

/** Why a daemon of the node takes no work, or null if it does. */
export function whyNotServing(
  node: NodeFacts,
  daemon: string,
  cluster: ClusterFacts,
  now: number,
): string | null {
  if (node.lastSeen === null || now - node.lastSeen > cluster.checkinMaximumSeconds) {
    return `node ${node.fqdn} has not checked in for more than ${cluster.checkinMaximumSeconds} s`;
  }
  if (node.daemons.size === 0) return null;
  const value = node.daemons.get(daemon) ?? node.daemons.get(`sf-${daemon}`);
  if (value === undefined) return `sf-${daemon} does not run on node ${node.fqdn}`;
  return (value ?? '').includes('stop') ? `sf-${daemon} on node ${node.fqdn} is ${value}` : null;
}

function anyOf(
  nodes: readonly NodeFacts[],
  daemon: string,
  role: string,
  cluster: ClusterFacts,
  now: number,
): string | null {
  if (nodes.length === 0) return `there is no ${role}`;
  const reasons = nodes.map((node) => whyNotServing(node, daemon, cluster, now));
  return reasons.includes(null) ? null : reasons.join('; ');
}

function noDaemon(queueName: string): string {
  return `no daemon drains ${queueName}: the family network is for a node's own uuid`;
}
