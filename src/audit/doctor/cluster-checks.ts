import type { NodeFacts } from '../../core/cluster-facts.js';
import { formatDuration } from '../../core/duration.js';
import { consumerProblem, consumerSentence } from '../../core/queue-consumers.js';
import { declareCheck, fail, pass, warn, type Check, type Finding } from './check.js';
import type { NodesFacts } from './facts.js';

/**
 * Shaken Fist's nodes: work that is sent to one which is not there waits for ever, without an error. In a large cloud
 * some node is always down, which is a warning; the network node is another matter.
 */
export const CLUSTER_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'nodes',
    title: 'every node of Shaken Fist checks in',
    why: 'Nobody takes the work that is queued for a node which is gone.',
    about: 'cluster',
    examine: (cluster) => {
      if (cluster.nodes.length === 0)
        return warn('No node is registered.', 'Is --database the one of Shaken Fist?');
      const absent = cluster.nodes.filter((node) => !isAlive(node, cluster));
      if (absent.length === 0) return pass(`${cluster.nodes.length} registered, all seen recently.`);
      const detail = absent.map((node) => `${node.fqdn} ${lastSeenText(node, cluster)}`).join(', ');
      return warn(
        `${detail}.`,
        'Start the daemons on that node, or delete the node from Shaken Fist if it is gone for good.',
      );
    },
  }),
  declareCheck({
    id: 'daemons',
    title: 'no daemon of a living node is stopped',
    why: 'Each queue is drained by one kind of daemon only.',
    about: 'cluster',
    examine: (cluster) => {
      if (cluster.nodes.length === 0) return null;
      const stopped = cluster.nodes
        .filter((node) => isAlive(node, cluster))
        .flatMap((node) => stoppedDaemons(node).map((daemon) => `${daemon} on ${node.fqdn}`));
      return stopped.length === 0
        ? pass('No daemon is stopped.')
        : warn(
            `Stopped: ${stopped.join(', ')}.`,
            'systemctl start the daemon on its node, and read its journal.',
          );
    },
  }),
  declareCheck({
    id: 'network-node',
    title: 'there is one network node, and its sf-net runs',
    why: 'It alone drains the queues of all operations on networks.',
    about: 'cluster',
    examine: networkNode,
  }),
];

function networkNode(cluster: NodesFacts): Finding | null {
  if (cluster.nodes.length === 0) return null;
  const elected = cluster.nodes.filter(({ isNetworkNode }) => isNetworkNode);
  if (elected.length === 0) return fail('There is none.', 'Configure NODE_IS_NETWORK_NODE on one node.');
  if (elected.length > 1) {
    const names = elected.map(({ fqdn }) => fqdn).join(', ');
    return fail(`There are ${elected.length}: ${names}.`, 'Leave NODE_IS_NETWORK_NODE on one of them.');
  }
  const node = elected[0]!;
  const problem = consumerProblem(node, 'net', cluster, cluster.now);
  return problem === null
    ? pass(`${node.fqdn} is the network node.`)
    : fail(`${consumerSentence({ node, daemon: 'net', problem })}.`, `Start sf-net on ${node.fqdn}.`);
}

function isAlive({ lastSeen }: NodeFacts, { now, checkinMaximumSeconds }: NodesFacts): boolean {
  return lastSeen !== null && now - lastSeen <= checkinMaximumSeconds;
}

function lastSeenText({ lastSeen }: NodeFacts, { now }: NodesFacts): string {
  return lastSeen === null ? 'never checked in' : `was last seen ${formatDuration(now - lastSeen)} ago`;
}

function stoppedDaemons({ daemons }: NodeFacts): string[] {
  return [...daemons]
    .filter(([, value]) => (value ?? '').includes('stop'))
    .map(([daemon]) => (daemon.startsWith('sf-') ? daemon : `sf-${daemon}`));
}
