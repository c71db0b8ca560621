import { fail, note, pass, unknown, type Verdicts } from '../../core/finding.js';
import { galeraUnfitness, NOTICEABLE_PAUSE, SCHEMA_UPGRADE_METHOD } from '../../core/server-fitness.js';
import type { ServerProbe } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';
import { galeraServers, silentAddresses, type GaleraServer } from './servers.js';

/** More write sets behind the others than a node catches up with in a moment; counted node after node, so never exact. */
const NOTICEABLE_LAG = 1000;

export const GALERA_RULES: readonly DoctorRule[] = [
  galeraRule({
    id: 'galera-state',
    severity: 'error',
    title: 'every node is Primary and Synced',
    why: 'Any other node refuses work, or answers from the past.',
    remedy: null,
    verdict: (nodes) => {
      const detail = `${nodes.map(({ node, galera }) => `${node} ${galera.clusterStatus}/${galera.localState}`).join(', ')}.`;
      const unfit = nodes.filter(({ galera }) => galeraUnfitness(galera) !== null || !galera.ready);
      if (unfit.length === 0) return pass('Every node is Primary and Synced.', { detail });
      const names = unfit.map(({ node }) => node).join(', ');
      return fail(`${names}: not Primary, not Synced, or not ready.`, {
        detail,
        subjects: unfit.map(serverSubject),
        remedy: `Look into the error log of ${names}, and at the network between the nodes.`,
      });
    },
  }),
  galeraRule({
    id: 'galera-size',
    severity: 'error',
    title: 'the nodes agree on the size of the cluster, and all of them were asked',
    why: 'Nodes that disagree are two clusters; a node that is gone leaves less to lose.',
    remedy: 'Repair the network between the nodes; a node that sees fewer has to join again.',
    verdict: clusterSize,
  }),
  galeraRule({
    id: 'galera-versions',
    severity: 'warning',
    title: 'all nodes run the same version',
    why: 'A mixture is meant for the hours of a rolling upgrade only.',
    remedy: 'Finish the upgrade.',
    verdict: (nodes) => {
      const versions = nodes.map(({ version, galera }) => `${version} (Galera ${galera.providerVersion})`);
      const kinds = new Set(versions).size;
      return kinds === 1
        ? pass(`All nodes run ${versions[0]!}.`)
        : fail(`The nodes run ${kinds} versions.`, {
            detail: `${nodes.map(({ node }, i) => `${node} ${versions[i]!}`).join(', ')}.`,
          });
    },
  }),
  galeraRule({
    id: 'galera-flow-control',
    severity: 'warning',
    title: 'flow control hardly ever holds up the cluster',
    why: 'While the slowest node catches up, nobody writes.',
    remedy: 'Find the node whose receive queue grows, and what slows it down.',
    verdict: (nodes) => {
      const pauses = nodes.map(
        ({ node, galera }) => `${node} ${(100 * galera.flowControlPaused).toFixed(1)} %`,
      );
      const detail = `Paused since the counters were reset: ${pauses.join(', ')}.`;
      return nodes.every(({ galera }) => galera.flowControlPaused <= NOTICEABLE_PAUSE)
        ? pass('Flow control hardly ever holds up the cluster.', { detail })
        : fail('Flow control often holds up the cluster.', { detail });
    },
  }),
  galeraRule({
    id: 'galera-lag',
    severity: 'warning',
    title: 'no node is far behind the others',
    why: 'A causal read on a node waits until it has caught up.',
    remedy: null,
    verdict: (nodes) => {
      const newest = Math.max(...nodes.map(({ galera }) => galera.lastCommitted));
      const positions = nodes.map(
        ({ node, galera }) => `${node} at ${galera.lastCommitted}, ${galera.receiveQueue} waiting`,
      );
      const detail = `${positions.join('; ')}.`;
      const behind = nodes.filter(
        ({ galera }) =>
          newest - galera.lastCommitted > NOTICEABLE_LAG || galera.receiveQueue > NOTICEABLE_LAG,
      );
      if (behind.length === 0) return pass('No node is far behind the others.', { detail });
      const names = behind.map(({ node }) => node).join(', ');
      return fail(`Behind the others: ${names}.`, {
        detail,
        subjects: behind.map(serverSubject),
        remedy: `Find out what slows down ${names}.`,
      });
    },
  }),
  galeraRule({
    id: 'galera-schema-changes',
    severity: 'error',
    title: 'schema changes reach all nodes at once',
    why: 'With wsrep_OSU_method=RSU a migration would change one node only, and the next write breaks the others.',
    remedy: `SET GLOBAL wsrep_OSU_method = ${SCHEMA_UPGRADE_METHOD} on that node.`,
    verdict: (nodes) => {
      const other = nodes.filter(({ galera }) => galera.schemaUpgradeMethod !== SCHEMA_UPGRADE_METHOD);
      if (other.length === 0) return pass(`wsrep_OSU_method is ${SCHEMA_UPGRADE_METHOD}.`);
      const found = other.map(({ node, galera }) => `${node} has ${galera.schemaUpgradeMethod}`).join(', ');
      return fail(`wsrep_OSU_method: ${found}.`, { subjects: other.map(serverSubject) });
    },
  }),
  galeraRule({
    id: 'galera-auto-increment',
    severity: 'info',
    title: 'how the nodes share the numbers of new rows',
    why: 'sequence_number grows differently on each node: the highest is not the latest.',
    remedy: null,
    verdict: (nodes) =>
      note(
        `${nodes.map(({ node, galera }) => `${node} takes ${galera.autoIncrementOffset} + n × ${galera.autoIncrementIncrement}`).join(', ')}.`,
      ),
  }),
];

/** A rule that has no meaning on a standalone server. */
function galeraRule({
  verdict,
  ...texts
}: Omit<DoctorRule, 'check'> & {
  verdict: (nodes: readonly GaleraServer[], servers: readonly ServerProbe[]) => Verdicts;
}): DoctorRule {
  return ruleAbout('servers', {
    ...texts,
    verdict: (servers) => {
      const nodes = galeraServers(servers);
      return nodes.length === 0 ? null : verdict(nodes, servers);
    },
  });
}

function clusterSize(nodes: readonly GaleraServer[], servers: readonly ServerProbe[]): Verdicts {
  const sizes = new Set(nodes.map(({ galera }) => galera.clusterSize));
  if (sizes.size > 1) {
    const views = nodes.map(({ node, galera }) => `${node} sees ${galera.clusterSize}`).join(', ');
    return fail(`The nodes disagree on the size of the cluster: ${views}.`);
  }
  const size = nodes[0]!.galera.clusterSize;
  const configured = Math.max(...nodes.map(({ galera }) => galera.configuredSize));
  if (configured > size) {
    return fail(`The cluster has ${nodesText(size)}, and wsrep_cluster_address names ${configured}.`, {
      severity: 'warning',
      remedy: 'Start the missing node, or take it out of wsrep_cluster_address.',
    });
  }
  if (nodes.length >= size) return pass(`${nodesText(size)}, all asked.`);
  const silent = silentAddresses(servers).map(({ address, reason }) => `${address}: ${reason}`);
  return unknown(`only ${nodes.length} of ${nodesText(size)} could be asked.`, {
    detail: silent.length === 0 ? null : silent.join(' '),
    remedy: 'Name every node with --host, with an account that may log in from here.',
  });
}

function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function serverSubject({ node }: GaleraServer): { type: string; uuid: null; name: string } {
  return { type: 'server', uuid: null, name: node };
}
