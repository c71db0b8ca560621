import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import { stateRow, type MadeUpObject, type RowsByTable } from './made-up.js';
import { NETWORKS, type NetworkName } from './networks.js';
import type { NodeName } from './nodes.js';

/** The instances of the made-up cluster. */
export const INSTANCES = {
  'web-1': '30000001-0000-4000-8000-000000000001',
  'web-2': '30000002-0000-4000-8000-000000000002',
  'db-1': '30000003-0000-4000-8000-000000000003',
  'runner-1': '30000004-0000-4000-8000-000000000004',
  'archive-1': '30000005-0000-4000-8000-000000000005',
} as const satisfies Record<string, Uuid>;

/** Their interfaces, called `INSTANCE/NETWORK`. */
export const INTERFACES = {
  'web-1/web': '40000001-0000-4000-8000-000000000001',
  'web-2/web': '40000002-0000-4000-8000-000000000002',
  'db-1/db': '40000003-0000-4000-8000-000000000003',
  'db-1/backup': '40000004-0000-4000-8000-000000000004',
  'runner-1/lab': '40000005-0000-4000-8000-000000000005',
  'archive-1/backup': '40000006-0000-4000-8000-000000000006',
} as const satisfies Record<string, Uuid>;

type InstanceName = keyof typeof INSTANCES;
type InterfaceName = keyof typeof INTERFACES;

interface Instance {
  name: InstanceName;
  namespace: string;
  node: NodeName;
  state: string;
  shows: string;
}

const CLUSTER: readonly Instance[] = [
  { name: 'web-1', namespace: 'shop', node: 'sf-2', state: 'created', shows: 'nothing pending' },
  {
    name: 'web-2',
    namespace: 'shop',
    node: 'sf-3',
    state: 'initial',
    shows: 'waits for an image that failed',
  },
  {
    name: 'db-1',
    namespace: 'shop',
    node: 'sf-3',
    state: 'created',
    shows: 'an interface is being attached',
  },
  { name: 'runner-1', namespace: 'ci', node: 'sf-2', state: 'preflight', shows: 'is being placed' },
  { name: 'archive-1', namespace: 'ops', node: 'sf-4', state: 'created', shows: 'lives on the stopped node' },
];

const ADDRESSES: readonly { name: InterfaceName; ipv4: string }[] = [
  { name: 'web-1/web', ipv4: '10.10.0.11' },
  { name: 'web-2/web', ipv4: '10.10.0.12' },
  { name: 'db-1/db', ipv4: '10.10.1.11' },
  { name: 'db-1/backup', ipv4: '172.20.0.11' },
  { name: 'runner-1/lab', ipv4: '10.99.0.11' },
  { name: 'archive-1/backup', ipv4: '172.20.0.12' },
];

const HOUR = 3600;

export const madeUpInstances: readonly MadeUpObject[] = CLUSTER.map(({ name, state, shows }) => ({
  object_type: 'instance',
  uuid: INSTANCES[name],
  name,
  state,
  shows,
}));

export const madeUpInterfaces: readonly MadeUpObject[] = ADDRESSES.map(({ name, ipv4 }) => ({
  object_type: 'interface',
  uuid: INTERFACES[name],
  name: null,
  state: 'created',
  shows: `${name.replace('/', ' on ')}, ${ipv4}`,
}));

/** @param now unix seconds */
export function instanceRows(now: number): RowsByTable {
  return {
    instances: CLUSTER.map(({ name, namespace }) => ({
      uuid: undashed(INSTANCES[name]),
      cpus: 2,
      disk_spec: pythonJson([{ size: 20, base: 'debian:12', bus: null, type: 'disk' }]),
      memory: 4096,
      name,
      namespace,
      video: pythonJson({ model: 'cirrus', memory: 16_384, vdi: 'spice' }),
      uefi: 0,
      configdrive: 'openstack-disk',
      secure_boot: 0,
      machine_type: 'pc',
      side_channels: pythonJson(['sf-agent']),
      version: 15,
    })),
    instance_attributes: CLUSTER.map(({ name, node, state }) => ({
      uuid: undashed(INSTANCES[name]),
      placement: pythonJson({ node, placement_attempts: 1 }),
      power_state: pythonJson({ power_state: state === 'created' ? 'on' : 'initial' }),
    })),
    network_interfaces: ADDRESSES.map(({ name, ipv4 }, index) => {
      const [instance, network] = name.split('/') as [InstanceName, NetworkName];
      return {
        uuid: undashed(INTERFACES[name]),
        network_uuid: undashed(NETWORKS[network]),
        instance_uuid: undashed(INSTANCES[instance]),
        macaddr: `02:00:00:00:00:0${index + 1}`,
        ipv4,
        order: name === 'db-1/backup' ? 1 : 0,
        model: 'virtio',
        version: 4,
        active: 1,
      };
    }),
    object_states: [...madeUpInstances, ...madeUpInterfaces].map((object) =>
      stateRow(object, now - 6 * HOUR),
    ),
  };
}
