import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import { stateRow, type MadeUpObject, type RowsByTable } from './made-up.js';

/** The nodes of the made-up cluster: the network node, two hypervisors, and one that is shut down. */
export const NODES = {
  'sf-1': '10000001-0000-4000-8000-000000000001',
  'sf-2': '10000002-0000-4000-8000-000000000002',
  'sf-3': '10000003-0000-4000-8000-000000000003',
  'sf-4': '10000004-0000-4000-8000-000000000004',
} as const satisfies Record<string, Uuid>;

export type NodeName = keyof typeof NODES;

interface Node {
  name: NodeName;
  ip: string;
  roles: readonly ('network' | 'database' | 'hypervisor')[];
  running: boolean;
  shows: string;
}

const RELEASE = '0.8.0';
const DAEMONS = ['api', 'checksums', 'net', 'privexec', 'queues', 'resources', 'sidechannel', 'transfers'];

const CLUSTER: readonly Node[] = [
  { name: 'sf-1', ip: '10.0.1.1', roles: ['network', 'database'], running: true, shows: 'the network node' },
  { name: 'sf-2', ip: '10.0.1.2', roles: ['hypervisor'], running: true, shows: 'a hypervisor' },
  { name: 'sf-3', ip: '10.0.1.3', roles: ['hypervisor'], running: true, shows: 'a hypervisor' },
  {
    name: 'sf-4',
    ip: '10.0.1.4',
    roles: ['hypervisor'],
    running: false,
    shows: 'a hypervisor that is shut down: nobody drains its queues',
  },
];

const HOUR = 3600;

export const madeUpNodes: readonly MadeUpObject[] = CLUSTER.map((node) => ({
  object_type: 'node',
  uuid: NODES[node.name],
  name: node.name,
  state: node.running ? 'created' : 'stopped',
  shows: node.shows,
}));

/** @param now unix seconds */
export function nodeRows(now: number): RowsByTable {
  const changed = (node: Node): number => now - (node.running ? 24 : 3) * HOUR;
  return {
    nodes: CLUSTER.map(({ name, ip }) => ({ uuid: undashed(NODES[name]), fqdn: name, ip, version: 6 })),
    node_attributes: CLUSTER.map((node) => ({
      uuid: undashed(NODES[node.name]),
      last_seen: node.running ? now : changed(node),
      installed_version: RELEASE,
      is_etcd_master: 0,
      is_hypervisor: flag(node, 'hypervisor'),
      is_network_node: flag(node, 'network'),
      is_eventlog_node: flag(node, 'database'),
      is_database_node: flag(node, 'database'),
      daemons: pythonJson(DAEMONS),
      python_implementation: 'CPython',
      python_version: pythonJson([3, 11, 2]),
    })),
    node_daemon_states: CLUSTER.flatMap((node) =>
      DAEMONS.map((daemon) => ({
        node_uuid: undashed(NODES[node.name]),
        daemon,
        value: node.running ? 'daemon-running' : 'daemon-stopped',
        update_time: changed(node),
        message: null,
      })),
    ),
    object_states: madeUpNodes.map((node, index) => stateRow(node, changed(CLUSTER[index]!))),
    cluster_config: [
      // Nobody checks in here, and yet the nodes must not count as missing two minutes from now.
      { key_name: 'NODE_CHECKIN_MAXIMUM', value_json: String(365 * 24 * HOUR), updated_at: now },
    ],
  };
}

function flag(node: Node, role: Node['roles'][number]): number {
  return node.roles.includes(role) ? 1 : 0;
}
