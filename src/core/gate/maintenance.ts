import type { ClusterFacts } from '../cluster-facts.js';
import { consumerProblem, type Consumer } from '../queue-consumers.js';
import { worstFirst, type TargetedOperation } from '../operations/targeted-operation.js';
import type { Uuid } from '../uuid.js';
import { networkCondition, type NetworkFacts } from './network.js';

/** A `net_op` of the network that has ended. Times are unix seconds. */
export interface EndedOperation {
  readonly uuid: Uuid;
  readonly state: string;
  readonly endedAt: number;
  readonly message: string | null;
}

/** What Shaken Fist's maintainer goes by, as far as the database tells it. */
export interface MaintenanceFacts {
  network: NetworkFacts;
  /** Unix seconds of the last change of the network's state; null where it has none. */
  stateSince: number | null;
  pending: readonly TargetedOperation[];
  /** The newest `net_op`s that have ended, newest first; at least five where there are so many. */
  ended: readonly EndedOperation[];
  cluster: ClusterFacts;
}

/** Why nobody repairs a network. */
export type Maintenance =
  | { reason: 'recently_changed'; state: string | null; since: number; limitSeconds: number }
  /** The operations, worst first. */
  | { reason: 'pending'; operations: readonly TargetedOperation[] }
  | { reason: 'recent_failure'; operation: EndedOperation; limitSeconds: number }
  | { reason: 'quiesced'; operations: readonly EndedOperation[] }
  /** `consumers` empty: there is no network node. */
  | { reason: 'no_maintainer'; consumers: readonly Consumer[] }
  /** Its state is one that the maintainer does not look at. */
  | { reason: 'not_maintained'; state: string | null }
  | { reason: 'healthy'; state: string | null };

/** Shaken Fist leaves a network alone for so long after a change of its state, and after a failure. */
const GRACE_SECONDS = 60;
/** After so many failures in a row it waits for an operator; only one that succeeds lets it begin again. */
const FAILURES_IN_A_ROW = 5;

/**
 * The questions that the maintainer asks before it recreates a network, in its order (operations contract, section 6).
 *
 * @param now unix seconds
 */
export function maintenanceOf(facts: MaintenanceFacts, now: number): Maintenance {
  const { network, stateSince, pending, ended, cluster } = facts;
  const { state } = network;
  if (stateSince !== null && now - stateSince < GRACE_SECONDS)
    return { reason: 'recently_changed', state, since: stateSince, limitSeconds: GRACE_SECONDS };
  if (pending.length > 0) return { reason: 'pending', operations: worstFirst(pending) };
  const [last] = ended;
  if (last?.state === 'error' && now - last.endedAt < GRACE_SECONDS)
    return { reason: 'recent_failure', operation: last, limitSeconds: GRACE_SECONDS };
  const row = ended.slice(0, FAILURES_IN_A_ROW);
  if (row.length === FAILURES_IN_A_ROW && row.every((one) => one.state === 'error'))
    return { reason: 'quiesced', operations: row };
  const consumers = networkNodeConsumers(cluster, now);
  if (cluster.nodes.length > 0 && !consumers.some(({ problem }) => problem === null))
    return { reason: 'no_maintainer', consumers };
  return networkCondition(network) === 'created'
    ? { reason: 'healthy', state }
    : { reason: 'not_maintained', state };
}

function networkNodeConsumers(cluster: ClusterFacts, now: number): Consumer[] {
  return cluster.nodes
    .filter(({ isNetworkNode }) => isNetworkNode)
    .map((node) => ({ node, daemon: 'net', problem: consumerProblem(node, 'net', cluster, now) }));
}
