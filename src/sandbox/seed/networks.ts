import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import { COMPOSITE_TARGET_UNIQUENESS } from '../../migrations/ids.js';
import { stateRow, type MadeUpObject, type RowsByTable } from './made-up.js';

/** The networks of the made-up cluster. The floating network has the same uuid in every Shaken Fist cluster. */
export const NETWORKS = {
  floating: 'f10a7f10-a7f1-4a7f-a10a-7f10a7f10a7f',
  web: '20000001-0000-4000-8000-000000000001',
  db: '20000002-0000-4000-8000-000000000002',
  dmz: '20000003-0000-4000-8000-000000000003',
  edge: '20000004-0000-4000-8000-000000000004',
  backup: '20000005-0000-4000-8000-000000000005',
  lab: '20000006-0000-4000-8000-000000000006',
  staging: '20000007-0000-4000-8000-000000000007',
  legacy: '20000008-0000-4000-8000-000000000008',
} as const satisfies Record<string, Uuid>;

export type NetworkName = keyof typeof NETWORKS;

type Service = 'dhcp' | 'nat' | 'dns';

interface Network {
  name: NetworkName;
  /** Null for the floating network, and for no other. */
  namespace: string | null;
  netblock: string;
  vxid: number;
  services: readonly Service[];
  state: string;
  shows: string;
}

const CLUSTER: readonly Network[] = [
  {
    name: 'floating',
    namespace: null,
    netblock: '192.0.2.0/24',
    vxid: 0,
    services: [],
    state: 'created',
    shows: 'the floating network',
  },
  {
    name: 'web',
    namespace: 'shop',
    netblock: '10.10.0.0/24',
    vxid: 0x1a2b3c,
    services: ['dhcp', 'nat', 'dns'],
    state: 'created',
    shows: 'nothing pending, a few finished operations',
  },
  {
    name: 'db',
    namespace: 'shop',
    netblock: '10.10.1.0/24',
    vxid: 0x2b3c4d,
    services: ['dhcp', 'dns'],
    state: 'created',
    shows: 'two pending operations',
  },
  {
    name: 'dmz',
    namespace: 'shop',
    netblock: '10.10.2.0/24',
    vxid: 0x3c4d5e,
    services: ['nat'],
    state: 'created',
    shows: 'pending until somebody acts: an orphan holds it',
  },
  {
    name: 'edge',
    namespace: 'shop',
    netblock: '10.10.3.0/24',
    vxid: 0x4d5e6f,
    services: ['dhcp', 'nat'],
    state: 'created',
    shows: 'an operation claimed two hours ago, and a deferred one',
  },
  {
    name: 'backup',
    namespace: 'ops',
    netblock: '172.20.0.0/16',
    vxid: 0x5e6f70,
    services: [],
    state: 'created',
    shows: `the second target of an operation: not recorded before ${COMPOSITE_TARGET_UNIQUENESS}`,
  },
  {
    name: 'lab',
    namespace: 'ci',
    netblock: '10.99.0.0/20',
    vxid: 0x6f7081,
    services: ['dhcp'],
    state: 'created',
    shows: 'nothing pending',
  },
  {
    name: 'staging',
    namespace: 'ci',
    netblock: '10.99.16.0/20',
    vxid: 0x708192,
    services: ['dhcp', 'nat', 'dns'],
    state: 'delete-wait',
    shows: 'being deleted: one operation waits for another',
  },
  {
    name: 'legacy',
    namespace: 'ops',
    netblock: '172.21.0.0/16',
    vxid: 0x8192a3,
    services: ['dhcp'],
    state: 'deleted',
    shows: 'gone, but still on record',
  },
];

const DAY = 86_400;

export const madeUpNetworks: readonly MadeUpObject[] = CLUSTER.map(({ name, state, shows }) => ({
  object_type: 'network',
  uuid: NETWORKS[name],
  name,
  state,
  shows,
}));

/** @param now unix seconds */
export function networkRows(now: number): RowsByTable {
  return {
    networks: CLUSTER.map((network) => ({
      uuid: undashed(NETWORKS[network.name]),
      name: network.name,
      namespace: network.namespace,
      netblock: network.netblock,
      provide_dhcp: flag(network, 'dhcp'),
      provide_nat: flag(network, 'nat'),
      provide_dns: flag(network, 'dns'),
      vxid: network.vxid,
      egress_nic: 'eth0',
      mesh_nic: 'eth1',
      version: 5,
    })),
    network_attributes: CLUSTER.map((network, index) => ({
      uuid: undashed(NETWORKS[network.name]),
      floating_gateway: network.services.includes('nat') ? `192.0.2.${10 + index}` : null,
      hosteddns: pythonJson({}),
    })),
    object_states: madeUpNetworks.map((network) => stateRow(network, now - DAY)),
  };
}

function flag(network: Network, service: Service): number {
  return network.services.includes(service) ? 1 : 0;
}
