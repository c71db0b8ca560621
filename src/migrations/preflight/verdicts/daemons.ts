import { isCheckingIn, type ClusterFacts } from '../../../core/cluster-facts.js';
import { formatDuration } from '../../../core/duration.js';
import { isStopped } from '../../../core/queue-consumers.js';
import { failure, warning, type Verdict } from '../rule.js';

/**
 * The nodes on which some daemon is alive: it expects the old table.
 *
 * @param now unix seconds
 * @param areSaidToBeStopped whether the operator vouches for it: a node counts as alive for a while after its end
 */
export function daemonVerdicts(cluster: ClusterFacts, now: number, areSaidToBeStopped: boolean): Verdict[] {
  const alive = cluster.nodes.filter(
    ({ lastSeen, daemons }) =>
      isCheckingIn({ lastSeen }, cluster, now) &&
      (daemons.size === 0 || [...daemons.values()].some((state) => !isStopped(state))),
  );
  const finding = areSaidToBeStopped ? warning : failure;
  return alive.map(({ fqdn, installedVersion, lastSeen }) =>
    finding(
      `${fqdn} (Shaken Fist ${installedVersion ?? 'of unknown version'}) checked in ${formatDuration(now - lastSeen!)} ago.`,
    ),
  );
}
