import { UsageError } from '../errors.js';
import { shown, suggestion } from '../parsed-value.js';
import { derived, optional, required } from './field.js';
import { declareType, type OperationType, type Route } from './operation-type.js';

const NETWORK_NODE: Route = { to: 'networknode', family: 'clusteroperation' };
const OWN_NODE: Route = { to: 'own-node', family: 'clusteroperation' };

/**
 * The operation types that sf-ops can write, each declared once: the options, help and checks of `enqueue`, the stored
 * bytes, targets, queues and coalescing follow from here. The facts are Shaken Fist's (operations contract, section 2).
 */
export const OPERATION_TYPES: readonly OperationType[] = [
  declareType({
    value: 'artifact_fetch_op',
    summary: 'Fetch an image',
    fields: [required('namespace'), required('url'), optional('artifact_uuid'), optional('instance_uuid')],
    tasks: ['image_fetch'],
    targets: ['artifact_uuid', 'instance_uuid'],
    routes: [
      { to: 'any', family: 'clusteroperation' },
      { to: 'given-node', family: 'clusteroperation' },
    ],
  }),
  declareType({
    value: 'imgcache_op',
    summary: 'Keep a transcoded image for others to use',
    fields: [
      required('node_uuid'),
      required('blob_uuid'),
      required('cache_path'),
      required('transcode_description'),
    ],
    tasks: ['archive_transcode'],
    targets: ['blob_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'net_iface_op',
    summary: 'Give an interface a floating address',
    fields: [required('network_uuid'), required('interface_uuid')],
    tasks: ['interface_float'],
    targets: ['network_uuid', 'interface_uuid'],
    routes: [NETWORK_NODE],
  }),
  declareType({
    value: 'net_iface_ip_op',
    summary: 'Take the floating address of an interface away',
    fields: [required('network_uuid'), required('interface_uuid'), required('ip')],
    tasks: ['interface_defloat'],
    targets: ['network_uuid', 'interface_uuid'],
    routes: [NETWORK_NODE],
  }),
  declareType({
    value: 'net_ip_op',
    summary: 'Route an address to a network, or stop routing it',
    fields: [required('network_uuid'), required('ip')],
    tasks: ['route_address', 'unroute_address'],
    targets: ['network_uuid'],
    routes: [NETWORK_NODE],
  }),
  declareType({
    value: 'net_macaddr_ip_op',
    summary: 'Remove a DHCP lease',
    fields: [required('network_uuid'), required('mac_address'), required('ip')],
    tasks: ['remove_dhcp_lease'],
    targets: ['network_uuid'],
    routes: [NETWORK_NODE],
  }),
  declareType({
    value: 'net_op',
    summary: 'Create, repair or remove a network',
    fields: [
      required('network_uuid'),
      derived('node_uuid', 3),
      optional('floating_address', 2),
      optional('inner_address', 2),
    ],
    tasks: [
      'network_deploy',
      'network_destroy',
      'network_update_dnsmasq',
      'network_remove_dnsmasq',
      'network_remove_nat',
      'network_ensure_mesh',
      'network_add_floating_ip',
      'network_remove_floating_ip',
      'network_apply_update_dnsmasq',
      'network_apply_remove_dnsmasq',
      'network_apply_create_network_node',
      'network_apply_delete_network_node',
    ],
    targets: ['network_uuid'],
    routes: [NETWORK_NODE, { to: 'given-node', family: 'network' }],
    version: 3,
    coalescing: {
      tasks: ['network_apply_update_dnsmasq', 'network_apply_create_network_node', 'network_ensure_mesh'],
      key: ['network_uuid', 'node_uuid'],
    },
  }),
  declareType({
    value: 'node_aop_op',
    summary: 'Prepare an agent operation',
    fields: [required('node_uuid'), required('agentoperation_uuid')],
    tasks: ['preflight'],
    targets: ['agentoperation_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_blob_op',
    summary: 'Verify a blob on a node, or bring it there',
    fields: [required('node_uuid'), required('blob_uuid')],
    tasks: ['verify_size_and_checksum', 'ensure_local'],
    targets: ['blob_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_inst_net_iface_op',
    summary: 'Attach a network interface to an instance',
    fields: [
      required('node_uuid'),
      required('instance_uuid'),
      required('network_uuid'),
      required('interface_uuid'),
    ],
    tasks: ['hot_plug_instance_interface', 'attach_instance_interface'],
    targets: ['instance_uuid', 'network_uuid', 'interface_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_inst_netdesc_op',
    summary: 'Place and start an instance with its networks',
    fields: [required('node_uuid'), required('instance_uuid'), required('net_desc')],
    tasks: ['instance_preflight', 'instance_start'],
    targets: ['instance_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_inst_op',
    summary: 'Check, bill or delete an instance',
    fields: [required('node_uuid'), required('instance_uuid')],
    tasks: ['collect_billing_statistics', 'health_check_kvm_process', 'instance_delete'],
    targets: ['instance_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_inst_snap_op',
    summary: 'Take snapshots of an instance',
    fields: [required('node_uuid'), required('instance_uuid'), required('snapshots')],
    tasks: ['instance_snapshot'],
    targets: ['instance_uuid'],
    routes: [OWN_NODE],
  }),
  declareType({
    value: 'node_net_op',
    summary: 'Create or remove a network on a hypervisor',
    fields: [required('node_uuid'), required('network_uuid')],
    tasks: ['network_destroy', 'network_apply_create_hypervisor'],
    targets: ['network_uuid'],
    routes: [OWN_NODE],
  }),
];

const VALUES = OPERATION_TYPES.map((type) => type.value);
const BY_VALUE = new Map<string, OperationType>(OPERATION_TYPES.map((type) => [type.value, type]));

/** The declaration of a type given by its value, case ignored. Throws a `UsageError` that suggests the nearest. */
export function operationType(value: unknown): OperationType {
  const type = findOperationType(value);
  if (type !== null) return type;
  throw new UsageError(`${shown(value)} is not an operation type${suggestion(value, VALUES)}`, {
    hint: `The types are ${VALUES.join(', ')}.`,
  });
}

/** As `operationType`, with null for a type that this version does not know. */
export function findOperationType(value: unknown): OperationType | null {
  if (typeof value !== 'string') return null;
  return BY_VALUE.get(value) ?? BY_VALUE.get(value.toLowerCase()) ?? null;
}
