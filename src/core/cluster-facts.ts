import type { Uuid } from './uuid.js';

/** A node of Shaken Fist as its own rows describe it. */
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

/** What decides whether anybody takes work. */
export interface ClusterFacts {
  nodes: readonly NodeFacts[];
  /** Seconds without a check-in after which Shaken Fist calls a node missing (`NODE_CHECKIN_MAXIMUM`). */
  checkinMaximumSeconds: number;
  /** Seconds after which a claim counts as abandoned (`CLUSTER_OP_STUCK_THRESHOLD`). */
  staleClaimSeconds: number;
}

/**
 * Whether a node has checked in within the limit; by the server's clock, which every node's check-in goes
 * through.
 *
 * @param now unix seconds
 */
export function isCheckingIn(
  { lastSeen }: Pick<NodeFacts, 'lastSeen'>,
  { checkinMaximumSeconds }: Pick<ClusterFacts, 'checkinMaximumSeconds'>,
  now: number,
): boolean {
  return lastSeen !== null && now - lastSeen <= checkinMaximumSeconds;
}
