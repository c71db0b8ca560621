import type { OperationState } from '../../core/operations/state.js';
import type { Uuid } from '../../core/uuid.js';
import { COMPOSITE_TARGET_UNIQUENESS } from '../../migrations/ids.js';
import { IMAGES } from './images.js';
import { INSTANCES, INTERFACES } from './instances.js';
import { NETWORKS } from './networks.js';
import { NODES } from './nodes.js';

/** An operation of the made-up cluster: what was asked for, and what has become of it. Times are seconds ago. */
export interface MadeUpOperation {
  uuid: Uuid;
  /** As a line of `enqueue --file`. */
  request: Readonly<Record<string, unknown>> & { operation_type: string };
  enqueued: number;
  state: OperationState;
  /** When the state was last set; as long ago as `enqueued` unless said. */
  changed?: number;
  /** Its work row, where that is not what the state leads one to expect. */
  work?: 'missing' | { deferredFor: number };
  message?: string;
  /** For the state `error`. */
  failure?: Failure;
  shows: string;
}

/** The error report of an operation, but for its traceback. */
export interface Failure {
  code: string;
  message: string;
  details: Readonly<Record<string, string | number>>;
  origin_class: string;
}

const MINUTE = 60;
const HOUR = 3600;

/** The operation of the number; `docs/sandbox.md` lists them. */
export function operationUuid(number: number): Uuid {
  const digits = String(number).padStart(2, '0');
  return `700000${digits}-0000-4000-8000-0000000000${digits}`;
}

/** Oldest first, as they were enqueued: every state, and every type that sf-ops knows. */
export const OPERATIONS: readonly MadeUpOperation[] = [
  {
    uuid: operationUuid(1),
    request: { operation_type: 'net_op', network_uuid: NETWORKS.dmz, tasks: ['network_deploy'] },
    enqueued: 3 * HOUR,
    changed: 3 * HOUR - 20,
    state: 'error',
    failure: {
      code: 'command-failed',
      message: 'ip link add failed: RTNETLINK answers: No buffer space available',
      details: { command: 'ip link add vxlan-3c4d5e type vxlan id 3951966 dev eth1', exit_code: 2 },
      origin_class: 'ProcessExecutionError',
    },
    shows: 'failed, with its error report',
  },
  {
    uuid: operationUuid(2),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.dmz,
      tasks: ['network_deploy'],
      request_id: 'retry-dmz',
    },
    enqueued: 2 * HOUR + 30 * MINUTE,
    state: 'queued',
    work: 'missing',
    shows: 'an orphan: queued, but without a work row no worker runs it',
  },
  {
    uuid: operationUuid(3),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.edge,
      tasks: ['network_add_floating_ip'],
      floating_address: '192.0.2.77',
      inner_address: '10.10.3.5',
    },
    enqueued: 2 * HOUR,
    changed: 2 * HOUR - 5,
    state: 'executing',
    shows: 'a stale claim: its worker took it two hours ago and never came back',
  },
  {
    uuid: operationUuid(4),
    request: {
      operation_type: 'artifact_fetch_op',
      namespace: 'shop',
      url: 'https://images.example.com/fedora-41.qcow2',
      artifact_uuid: IMAGES.fedora,
      instance_uuid: INSTANCES['web-2'],
      tasks: ['image_fetch'],
    },
    enqueued: 40 * MINUTE,
    changed: 38 * MINUTE,
    state: 'error',
    failure: {
      code: 'http-error',
      message: 'HTTP 404 for https://images.example.com/fedora-41.qcow2',
      details: { status: 404 },
      origin_class: 'HTTPError',
    },
    shows: 'failed, and something depends on it',
  },
  {
    uuid: operationUuid(5),
    request: {
      operation_type: 'node_inst_netdesc_op',
      node_uuid: NODES['sf-3'],
      instance_uuid: INSTANCES['web-2'],
      net_desc: [{ network_uuid: NETWORKS.web, address: '10.10.0.12', model: 'virtio' }],
      tasks: ['instance_preflight', 'instance_start'],
      depends_on: `artifact_fetch_op:${operationUuid(4)}`,
    },
    enqueued: 40 * MINUTE,
    state: 'queued',
    shows: 'depends on an operation that failed',
  },
  {
    uuid: operationUuid(6),
    request: {
      operation_type: 'node_inst_op',
      node_uuid: NODES['sf-4'],
      instance_uuid: INSTANCES['archive-1'],
      tasks: ['health_check_kvm_process'],
      priority: 'background',
    },
    enqueued: 35 * MINUTE,
    state: 'queued',
    shows: 'waits in a queue that nobody drains: its node is shut down',
  },
  {
    uuid: operationUuid(7),
    request: {
      operation_type: 'node_net_op',
      node_uuid: NODES['sf-2'],
      network_uuid: NETWORKS.legacy,
      tasks: ['network_destroy'],
    },
    enqueued: 14 * MINUTE,
    changed: 13 * MINUTE,
    state: 'deleted',
    shows: 'not swept yet',
  },
  {
    uuid: operationUuid(8),
    request: { operation_type: 'net_op', network_uuid: NETWORKS.web, tasks: ['network_deploy'] },
    enqueued: 12 * MINUTE,
    changed: 12 * MINUTE - 8,
    state: 'complete',
    shows: 'done',
  },
  {
    uuid: operationUuid(9),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.web,
      tasks: ['network_apply_update_dnsmasq'],
      coalesce: false,
    },
    enqueued: 11 * MINUTE,
    changed: 11 * MINUTE - 3,
    state: 'complete',
    message: 'coalesced into sibling op',
    shows: 'folded: a sibling did its work',
  },
  {
    uuid: operationUuid(10),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.web,
      tasks: ['network_apply_update_dnsmasq'],
      coalesce: false,
    },
    enqueued: 11 * MINUTE - 1,
    changed: 11 * MINUTE - 3,
    state: 'complete',
    shows: 'the sibling',
  },
  {
    uuid: operationUuid(11),
    request: {
      operation_type: 'net_iface_ip_op',
      network_uuid: NETWORKS.floating,
      interface_uuid: INTERFACES['web-1/web'],
      ip: '192.0.2.50',
      tasks: ['interface_defloat'],
    },
    enqueued: 10 * MINUTE,
    changed: 10 * MINUTE - 2,
    state: 'complete',
    shows: 'done, with two targets',
  },
  {
    uuid: operationUuid(12),
    request: {
      operation_type: 'net_iface_op',
      network_uuid: NETWORKS.floating,
      interface_uuid: INTERFACES['web-1/web'],
      tasks: ['interface_float'],
    },
    enqueued: 9 * MINUTE,
    changed: 9 * MINUTE - 4,
    state: 'complete',
    shows: 'done, with two targets',
  },
  {
    uuid: operationUuid(13),
    request: {
      operation_type: 'net_macaddr_ip_op',
      network_uuid: NETWORKS.web,
      mac_address: '02:00:00:00:00:09',
      ip: '10.10.0.19',
      tasks: ['remove_dhcp_lease'],
    },
    enqueued: 8 * MINUTE,
    changed: 8 * MINUTE - 1,
    state: 'abort',
    message: 'network is being redeployed',
    shows: 'given up, with a message',
  },
  {
    uuid: operationUuid(14),
    request: {
      operation_type: 'node_inst_snap_op',
      node_uuid: NODES['sf-2'],
      instance_uuid: INSTANCES['web-1'],
      snapshots: [
        {
          disk: { device: 'vda', type: 'qcow2' },
          artifact_uuid: IMAGES.snapshot,
          blob_uuid: IMAGES.snapshotBlob,
          thin: false,
        },
      ],
      tasks: ['instance_snapshot'],
    },
    enqueued: 7 * MINUTE,
    changed: 6 * MINUTE,
    state: 'complete',
    shows: 'done',
  },
  {
    uuid: operationUuid(15),
    request: {
      operation_type: 'node_blob_op',
      node_uuid: NODES['sf-3'],
      blob_uuid: IMAGES.debianBlob,
      tasks: ['ensure_local'],
      priority: 'background_high_io',
    },
    enqueued: 6 * MINUTE,
    changed: 5 * MINUTE,
    state: 'executing',
    shows: 'copies a blob, slowly',
  },
  {
    uuid: operationUuid(16),
    request: {
      operation_type: 'imgcache_op',
      node_uuid: NODES['sf-2'],
      blob_uuid: IMAGES.debianBlob,
      cache_path: '/srv/shakenfist/image_cache/debian-12.qcow2',
      transcode_description: 'gunzip;qcow2;cluster_size',
      tasks: ['archive_transcode'],
      priority: 'background_high_io',
    },
    enqueued: 5 * MINUTE,
    state: 'queued',
    shows: 'waits, and is in no hurry',
  },
  {
    uuid: operationUuid(17),
    request: {
      operation_type: 'net_ip_op',
      network_uuid: NETWORKS.edge,
      ip: '192.0.2.78',
      tasks: ['route_address'],
    },
    enqueued: 4 * MINUTE,
    changed: 1 * MINUTE,
    state: 'queued',
    work: { deferredFor: 5 * MINUTE },
    shows: 'deferred: its worker put it back to try again later',
  },
  {
    uuid: operationUuid(18),
    request: {
      operation_type: 'node_inst_net_iface_op',
      node_uuid: NODES['sf-3'],
      instance_uuid: INSTANCES['db-1'],
      network_uuid: NETWORKS.backup,
      interface_uuid: INTERFACES['db-1/backup'],
      tasks: ['hot_plug_instance_interface'],
    },
    enqueued: 3 * MINUTE,
    state: 'queued',
    shows: `three targets: before ${COMPOSITE_TARGET_UNIQUENESS} only the first could be recorded`,
  },
  {
    uuid: operationUuid(19),
    request: {
      operation_type: 'node_net_op',
      node_uuid: NODES['sf-3'],
      network_uuid: NETWORKS.staging,
      tasks: ['network_destroy'],
    },
    enqueued: 2 * MINUTE,
    changed: 20,
    state: 'executing',
    shows: 'claimed 20 seconds ago',
  },
  {
    uuid: operationUuid(20),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.staging,
      tasks: ['network_destroy'],
      runs_after: `node_net_op:${operationUuid(19)}`,
    },
    enqueued: 2 * MINUTE - 1,
    state: 'queued',
    shows: 'runs after the one before',
  },
  {
    uuid: operationUuid(21),
    request: {
      operation_type: 'node_inst_netdesc_op',
      node_uuid: NODES['sf-2'],
      instance_uuid: INSTANCES['runner-1'],
      net_desc: [{ network_uuid: NETWORKS.lab, address: '10.99.0.11', model: 'virtio' }],
      tasks: ['instance_preflight'],
      priority: 'user_waiting',
    },
    enqueued: 90,
    changed: 85,
    state: 'preflight',
    shows: 'is being checked',
  },
  {
    uuid: operationUuid(22),
    request: {
      operation_type: 'node_aop_op',
      node_uuid: NODES['sf-2'],
      agentoperation_uuid: IMAGES.agentCommand,
      tasks: ['preflight'],
    },
    enqueued: 60,
    state: 'queued',
    shows: 'waits for its turn',
  },
  {
    uuid: operationUuid(23),
    request: {
      operation_type: 'net_op',
      network_uuid: NETWORKS.db,
      tasks: ['network_ensure_mesh'],
      target: NODES['sf-3'],
      family: 'network',
    },
    enqueued: 45,
    changed: 12,
    state: 'executing',
    shows: 'runs on a hypervisor, claimed 12 seconds ago',
  },
  {
    uuid: operationUuid(24),
    request: { operation_type: 'net_op', network_uuid: NETWORKS.db, tasks: ['network_apply_update_dnsmasq'] },
    enqueued: 30,
    state: 'queued',
    shows: 'waits; an equal one would be folded into it',
  },
];
