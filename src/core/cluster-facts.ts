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
