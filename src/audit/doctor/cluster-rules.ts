import { isCheckingIn, type NodeFacts } from '../../core/cluster-facts.js';
import { formatDuration } from '../../core/duration.js';
import { fail, pass, type Verdicts } from '../../core/finding.js';
import { consumerProblem, consumerSentence, isStopped } from '../../core/queue-consumers.js';
import type { NodesFacts } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';

/**
 * Shaken Fist's nodes: work that is sent to one which is not there waits, without an error. In a large cloud some node is
 * always down, which is a warning; the network node is another matter.
 */
export const CLUSTER_RULES: readonly DoctorRule[] = [
  ruleAbout('cluster', {
    id: 'nodes',
    severity: 'warning',
    title: 'every node of Shaken Fist checks in',
    why: 'Nobody takes the work that is queued for a node which is gone.',
    remedy: 'Start the daemons on that node, or delete the node from Shaken Fist if it is gone for good.',
    verdict: (cluster) => {
      const { length: all } = cluster.nodes;
      if (all === 0)
        return fail('No node is registered.', { remedy: 'Is --database the one of Shaken Fist?' });
      const absent = cluster.nodes.filter((node) => !isCheckingIn(node, cluster, cluster.now));
      if (absent.length === 0) return pass(`${all} registered, all seen recently.`);
      return fail(`${absent.length} of ${all} nodes do not check in.`, {
        detail: `${absent.map((node) => `${node.fqdn} ${lastSeenText(node, cluster)}`).join(', ')}.`,
        subjects: absent.map(nodeSubject),
      });
    },
  }),
  ruleAbout('cluster', {
    id: 'daemons',
    severity: 'warning',
    title: 'no daemon of a living node is stopped',
    why: 'Each queue is drained by one kind of daemon only.',
    remedy: 'systemctl start the daemon on its node, and read its journal.',
    verdict: (cluster) => {
      if (cluster.nodes.length === 0) return null;
      const stopped = cluster.nodes
        .filter((node) => isCheckingIn(node, cluster, cluster.now))
        .flatMap((node) => stoppedDaemons(node).map((daemon) => ({ node, daemon })));
      if (stopped.length === 0) return pass('No daemon is stopped.');
      const nodes = [...new Set(stopped.map(({ node }) => node))];
      const count = stopped.length === 1 ? '1 daemon is' : `${stopped.length} daemons are`;
      return fail(`${count} stopped on ${nodes.map(({ fqdn }) => fqdn).join(', ')}.`, {
        detail: nodes.map((node) => `On ${node.fqdn}: ${stoppedDaemons(node).join(', ')}.`).join(' '),
        subjects: nodes.map(nodeSubject),
        remedy: nodes.length === 1 ? `On ${nodes[0]!.fqdn}: systemctl status 'sf-*'` : undefined,
      });
    },
  }),
  ruleAbout('cluster', {
    id: 'network-node',
    severity: 'error',
    title: 'there is one network node, and its sf-net runs',
    why: 'It alone drains the queues of all operations on networks.',
    remedy: null,
    verdict: networkNode,
  }),
];

function networkNode(cluster: NodesFacts): Verdicts {
  if (cluster.nodes.length === 0) return null;
  const elected = cluster.nodes.filter(({ isNetworkNode }) => isNetworkNode);
  const [node, other] = elected;
  if (node === undefined)
    return fail('There is no network node.', { remedy: 'Configure NODE_IS_NETWORK_NODE on one node.' });
  if (other !== undefined) {
    const names = elected.map(({ fqdn }) => fqdn).join(', ');
    return fail(`There are ${elected.length} network nodes: ${names}.`, {
      remedy: 'Leave NODE_IS_NETWORK_NODE on one of them.',
      subjects: elected.map(nodeSubject),
    });
  }
  const problem = consumerProblem(node, 'net', cluster, cluster.now);
  return problem === null
    ? pass(`${node.fqdn} is the network node.`)
    : fail(`${consumerSentence({ node, daemon: 'net', problem })}.`, {
        remedy: `Start sf-net on ${node.fqdn}.`,
        subjects: [nodeSubject(node)],
      });
}

function lastSeenText({ lastSeen }: NodeFacts, { now }: NodesFacts): string {
  return lastSeen === null ? 'never checked in' : `was last seen ${formatDuration(now - lastSeen)} ago`;
}

function stoppedDaemons({ daemons }: NodeFacts): string[] {
  return [...daemons]
    .filter(([, value]) => isStopped(value))
    .map(([daemon]) => (daemon.startsWith('sf-') ? daemon : `sf-${daemon}`));
}

function nodeSubject({ uuid, fqdn }: NodeFacts): { type: string; uuid: string; name: string } {
  return { type: 'node', uuid, name: fqdn };
}
