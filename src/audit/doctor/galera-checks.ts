import { declareCheck, fail, info, pass, unknown, warn, type Check, type Finding } from './check.js';
import type { ServerVisit } from './facts.js';
import { galeraServers, silentAddresses, type GaleraServer } from './servers.js';

/** A part of the time that writers notice. */
const NOTICEABLE_PAUSE = 0.1;
/** More write sets behind the others than a node catches up with in a moment; counted node after node, so never exact. */
const NOTICEABLE_LAG = 1000;

export const GALERA_CHECKS: readonly Check[] = [
  galeraCheck({
    id: 'galera-state',
    title: 'every node is Primary and Synced',
    why: 'Any other node refuses work, or answers from the past.',
    examine: (nodes) => {
      const states = nodes
        .map(({ node, galera }) => `${node} ${galera.clusterStatus}/${galera.localState}`)
        .join(', ');
      const isFit = ({ galera }: GaleraServer): boolean =>
        galera.clusterStatus === 'Primary' && galera.localState === 'Synced' && galera.ready;
      if (nodes.every(isFit)) return pass(`${states}.`);
      const unfit = nodes.filter((node) => !isFit(node)).map(({ node }) => node);
      return fail(
        `${states}.`,
        `Look into the error log of ${unfit.join(', ')}, and at the network between the nodes.`,
      );
    },
  }),
  galeraCheck({
    id: 'galera-size',
    title: 'the nodes agree on the size of the cluster, and all of them were asked',
    why: 'Nodes that disagree are two clusters; a node that is gone leaves less to lose.',
    examine: clusterSize,
  }),
  galeraCheck({
    id: 'galera-versions',
    title: 'all nodes run the same version',
    why: 'A mixture is meant for the hours of a rolling upgrade only.',
    examine: (nodes) => {
      const versions = nodes.map(
        ({ node, version, galera }) => `${node} ${version} (Galera ${galera.providerVersion})`,
      );
      const kinds = new Set(nodes.map(({ version, galera }) => `${version} ${galera.providerVersion}`));
      return kinds.size === 1
        ? pass(`${nodes[0]!.version} (Galera ${nodes[0]!.galera.providerVersion}).`)
        : warn(`${versions.join(', ')}.`, 'Finish the upgrade.');
    },
  }),
  galeraCheck({
    id: 'galera-flow-control',
    title: 'flow control hardly ever holds up the cluster',
    why: 'While the slowest node catches up, nobody writes.',
    examine: (nodes) => {
      const pauses = nodes.map(
        ({ node, galera }) => `${node} ${(100 * galera.flowControlPaused).toFixed(1)} %`,
      );
      const detail = `Paused since the counters were reset: ${pauses.join(', ')}.`;
      return nodes.every(({ galera }) => galera.flowControlPaused <= NOTICEABLE_PAUSE)
        ? pass(detail)
        : warn(detail, 'Find the node whose receive queue grows, and what slows it down.');
    },
  }),
  galeraCheck({
    id: 'galera-lag',
    title: 'no node is far behind the others',
    why: 'A causal read on a node waits until it has caught up.',
    examine: (nodes) => {
      const newest = Math.max(...nodes.map(({ galera }) => galera.lastCommitted));
      const positions = nodes.map(
        ({ node, galera }) => `${node} at ${galera.lastCommitted}, ${galera.receiveQueue} waiting`,
      );
      const isBehind = ({ galera }: GaleraServer): boolean =>
        newest - galera.lastCommitted > NOTICEABLE_LAG || galera.receiveQueue > NOTICEABLE_LAG;
      const behind = nodes.filter(isBehind).map(({ node }) => node);
      return behind.length === 0
        ? pass(`${positions.join('; ')}.`)
        : warn(`${positions.join('; ')}.`, `Find out what slows down ${behind.join(', ')}.`);
    },
  }),
  galeraCheck({
    id: 'galera-schema-changes',
    title: 'schema changes reach all nodes at once',
    why: 'With wsrep_OSU_method=RSU a migration would change one node only, and the next write breaks the others.',
    examine: (nodes) => {
      const other = nodes.filter(({ galera }) => galera.schemaUpgradeMethod !== 'TOI');
      if (other.length === 0) return pass('wsrep_OSU_method is TOI.');
      const detail = other.map(({ node, galera }) => `${node} has ${galera.schemaUpgradeMethod}`).join(', ');
      return fail(`wsrep_OSU_method: ${detail}.`, 'SET GLOBAL wsrep_OSU_method = TOI on that node.');
    },
  }),
  galeraCheck({
    id: 'galera-auto-increment',
    title: 'how the nodes share the numbers of new rows',
    why: 'sequence_number grows differently on each node: the highest is not the latest.',
    examine: (nodes) =>
      info(
        `${nodes.map(({ node, galera }) => `${node} takes ${galera.autoIncrementOffset} + n × ${galera.autoIncrementIncrement}`).join(', ')}.`,
      ),
  }),
];

/** A check that has no meaning on a standalone server. */
function galeraCheck(
  declaration: Pick<Check, 'id' | 'title' | 'why'> & {
    examine: (nodes: readonly GaleraServer[], servers: readonly ServerVisit[]) => Finding;
  },
): Check {
  return declareCheck({
    ...declaration,
    about: 'servers',
    examine: (servers) => {
      const nodes = galeraServers(servers);
      return nodes.length === 0 ? null : declaration.examine(nodes, servers);
    },
  });
}

function clusterSize(nodes: readonly GaleraServer[], servers: readonly ServerVisit[]): Finding {
  const sizes = new Set(nodes.map(({ galera }) => galera.clusterSize));
  if (sizes.size > 1) {
    const views = nodes.map(({ node, galera }) => `${node} sees ${galera.clusterSize}`).join(', ');
    return fail(
      `${views}.`,
      'Repair the network between the nodes; a node that sees fewer has to join again.',
    );
  }
  const size = nodes[0]!.galera.clusterSize;
  const configured = Math.max(...nodes.map(({ galera }) => galera.configuredSize));
  if (configured > size) {
    const detail = `The cluster has ${nodesText(size)}, and wsrep_cluster_address names ${configured}.`;
    return warn(detail, 'Start the missing node, or take it out of wsrep_cluster_address.');
  }
  if (nodes.length >= size) return pass(`${nodesText(size)}, all asked.`);
  const silent = silentAddresses(servers).map(({ address, reason }) => `${address}: ${reason}`);
  return unknown(
    [`only ${nodes.length} of ${nodesText(size)} could be asked.`, ...silent].join(' '),
    'Name every node with --host, with an account that may log in from here.',
  );
}

function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
