import {
  bigint,
  boolean,
  char,
  customType,
  datetime,
  double,
  index,
  int,
  longtext,
  mysqlEnum,
  mysqlTable,
  primaryKey,
  text,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';

/**
 * The tables of Shaken Fist that sf-ops reads or writes, as its own release creates them after both migrations.
 *
 * This is what the builder knows; it is not what a given database has. Uuid columns may be native, an ENUM may have
 * other labels in another order, a migration may be outstanding: `DatabaseDescription` tells. `drizzle/` makes exactly
 * these tables, and a test compares the two.
 */

/** JSON as the bytes that are stored: the builder must not parse or re-serialise what another program wrote. */
const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => 'json' });

/** Shaken Fist's `Uuid()`: 32 hex digits, lower-case, no dashes. */
const undashedUuid = (name: string) => char(name, { length: 32 });

const bigNumber = (name: string) => bigint(name, { mode: 'number' });
const name255 = (name: string) => varchar(name, { length: 255 });

/** The labels of a fresh database, in its order; an upgraded one appends new labels at the end. */
const objectType = (name: string) =>
  mysqlEnum(name, [
    'AGENTOPERATION',
    'ARTIFACT',
    'BLOB',
    'DHCP',
    'INSTANCE',
    'INTERFACE',
    'IPAM',
    'NAMESPACE',
    'NETWORK',
    'NODE',
    'UPLOAD',
    'ARTIFACT_FETCH_OP',
    'IMGCACHE_OP',
    'NET_IFACE_OP',
    'NET_IFACE_IP_OP',
    'NET_IP_OP',
    'NET_MACADDR_IP_OP',
    'NET_OP',
    'NODE_AOP_OP',
    'NODE_BLOB_OP',
    'NODE_INST_NET_IFACE_OP',
    'NODE_INST_NETDESC_OP',
    'NODE_INST_OP',
    'NODE_INST_SNAP_OP',
    'NODE_NET_OP',
    'API_REQUESTS',
    'UNKNOWN',
    'UNKNOWN_MANAGED_EXECUTABLE',
    'NAMESPACE_KEY',
    'TRUSTED_ISSUER',
    'MAPPING_RULE',
    'NAMESPACE_CLAIM',
  ]);

export const schemaVersions = mysqlTable('schema_versions', {
  tableName: varchar('table_name', { length: 64 }).notNull().primaryKey(),
  version: int('version').notNull(),
  updatedAt: double('updated_at').notNull(),
});

export const objectStates = mysqlTable(
  'object_states',
  {
    objectUuid: varchar('object_uuid', { length: 36 }).notNull(),
    objectType: objectType('object_type').notNull(),
    stateValue: varchar('state_value', { length: 32 }),
    updateTime: double('update_time').notNull(),
    message: name255('message'),
  },
  (table) => [
    primaryKey({ columns: [table.objectType, table.objectUuid] }),
    index('idx_object_states_type_state').on(table.objectType, table.stateValue),
    index('idx_object_states_uuid').on(table.objectUuid),
  ],
);

export const objectMetadata = mysqlTable(
  'object_metadata',
  {
    objectUuid: varchar('object_uuid', { length: 36 }).notNull(),
    objectType: objectType('object_type').notNull(),
    metadataJson: text('metadata_json'),
  },
  (table) => [primaryKey({ columns: [table.objectType, table.objectUuid] })],
);

export const clusterOperations = mysqlTable(
  'cluster_operations',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    operationType: varchar('operation_type', { length: 64 }).notNull(),
    createdAt: double('created_at').notNull(),
    nodeUuid: undashedUuid('node_uuid'),
    instanceUuid: undashedUuid('instance_uuid'),
    networkUuid: undashedUuid('network_uuid'),
    priority: varchar('priority', { length: 32 }),
    metadataJson: jsonText('metadata_json').notNull(),
  },
  (table) => [
    index('ix_cluster_ops_node').on(table.nodeUuid),
    index('ix_cluster_ops_instance').on(table.instanceUuid),
    index('ix_cluster_ops_network').on(table.networkUuid),
    index('ix_cluster_ops_type_created').on(table.operationType, table.createdAt),
  ],
);

export const clusterOperationTargets = mysqlTable(
  'cluster_operation_targets',
  {
    sequenceNumber: bigNumber('sequence_number').notNull().autoincrement().primaryKey(),
    operationUuid: varchar('operation_uuid', { length: 36 }).notNull(),
    operationType: varchar('operation_type', { length: 64 }).notNull(),
    targetObjectType: objectType('target_object_type').notNull(),
    targetUuid: varchar('target_uuid', { length: 36 }).notNull(),
    createdAt: double('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('uq_cot_op_target').on(table.operationUuid, table.targetObjectType, table.targetUuid),
    index('idx_cot_target').on(table.targetObjectType, table.targetUuid),
    index('idx_cot_operation').on(table.operationUuid),
    index('idx_cot_created').on(table.createdAt),
  ],
);

export const clusterOperationErrors = mysqlTable('cluster_operation_errors', {
  opUuid: undashedUuid('op_uuid').notNull().primaryKey(),
  errorReport: jsonText('error_report').notNull(),
  createdAt: double('created_at').notNull(),
});

export const workQueue = mysqlTable(
  'work_queue',
  {
    id: bigNumber('id').notNull().autoincrement().primaryKey(),
    queueName: name255('queue_name').notNull(),
    scheduledAt: double('scheduled_at').notNull(),
    claimedAt: double('claimed_at'),
    claimedBy: name255('claimed_by'),
    attempts: int('attempts').notNull().default(0),
    payload: jsonText('payload').notNull(),
    createdAt: double('created_at').notNull(),
  },
  (table) => [index('ix_work_queue_ready').on(table.queueName, table.claimedAt, table.scheduledAt)],
);

export const networks = mysqlTable(
  'networks',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    name: name255('name').notNull(),
    namespace: name255('namespace'),
    netblock: name255('netblock').notNull(),
    provideDhcp: boolean('provide_dhcp').notNull(),
    provideNat: boolean('provide_nat').notNull(),
    provideDns: boolean('provide_dns').notNull(),
    vxid: bigNumber('vxid').notNull(),
    egressNic: name255('egress_nic'),
    meshNic: name255('mesh_nic'),
    version: bigNumber('version').notNull(),
  },
  (table) => [
    uniqueIndex('uq_networks_vxid').on(table.vxid),
    index('idx_networks_namespace').on(table.namespace),
    index('idx_networks_name').on(table.name),
  ],
);

export const networkAttributes = mysqlTable('network_attributes', {
  uuid: undashedUuid('uuid').notNull().primaryKey(),
  floatingGateway: name255('floating_gateway'),
  hosteddns: longtext('hosteddns').notNull(),
});

export const networkInterfaces = mysqlTable(
  'network_interfaces',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    networkUuid: undashedUuid('network_uuid').notNull(),
    instanceUuid: undashedUuid('instance_uuid').notNull(),
    macaddr: name255('macaddr').notNull(),
    ipv4: name255('ipv4'),
    order: bigNumber('order').notNull(),
    model: name255('model'),
    version: bigNumber('version').notNull(),
    active: boolean('active'),
  },
  (table) => [
    uniqueIndex('uq_network_interfaces_macaddr_active_network').on(
      table.macaddr,
      table.active,
      table.networkUuid,
    ),
    index('idx_network_interfaces_network_uuid').on(table.networkUuid),
    index('idx_network_interfaces_instance_uuid').on(table.instanceUuid),
    index('idx_network_interfaces_macaddr').on(table.macaddr),
  ],
);

export const instances = mysqlTable(
  'instances',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    cpus: bigNumber('cpus').notNull(),
    diskSpec: longtext('disk_spec').notNull(),
    memory: bigNumber('memory').notNull(),
    name: name255('name').notNull(),
    namespace: name255('namespace').notNull(),
    requestedPlacement: longtext('requested_placement'),
    sshKey: longtext('ssh_key'),
    userData: longtext('user_data'),
    video: longtext('video').notNull(),
    uefi: boolean('uefi').notNull(),
    configdrive: name255('configdrive').notNull(),
    nvramTemplate: name255('nvram_template'),
    secureBoot: boolean('secure_boot').notNull(),
    machineType: name255('machine_type').notNull(),
    sideChannels: longtext('side_channels').notNull(),
    version: bigNumber('version').notNull(),
  },
  (table) => [
    index('idx_instances_namespace').on(table.namespace),
    index('idx_instances_name').on(table.name),
  ],
);

export const instanceAttributes = mysqlTable('instance_attributes', {
  uuid: undashedUuid('uuid').notNull().primaryKey(),
  placement: longtext('placement'),
  powerState: longtext('power_state'),
  ports: longtext('ports'),
  enforcedDeletes: longtext('enforced_deletes'),
  blockDevices: longtext('block_devices'),
  agentState: longtext('agent_state'),
  agentAttributes: longtext('agent_attributes'),
  agentOperations: longtext('agent_operations'),
  kvmPid: bigNumber('kvm_pid'),
  errorMessage: name255('error_message'),
  vsockCids: longtext('vsock_cids'),
});

export const nodes = mysqlTable(
  'nodes',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    fqdn: name255('fqdn').notNull(),
    ip: name255('ip').notNull(),
    version: bigNumber('version').notNull(),
  },
  (table) => [uniqueIndex('uidx_nodes_fqdn').on(table.fqdn)],
);

export const nodeAttributes = mysqlTable(
  'node_attributes',
  {
    uuid: undashedUuid('uuid').notNull().primaryKey(),
    lastSeen: double('last_seen').notNull(),
    installedVersion: name255('installed_version'),
    spiceServerCertSubject: varchar('spice_server_cert_subject', { length: 1024 }),
    isEtcdMaster: boolean('is_etcd_master').notNull(),
    isHypervisor: boolean('is_hypervisor').notNull(),
    isNetworkNode: boolean('is_network_node').notNull(),
    isEventlogNode: boolean('is_eventlog_node').notNull(),
    isDatabaseNode: boolean('is_database_node').notNull(),
    instances: jsonText('instances'),
    daemons: jsonText('daemons'),
    daemonStates: jsonText('daemon_states'),
    qemuVersion: jsonText('qemu_version'),
    libvirtVersion: jsonText('libvirt_version'),
    pythonVersion: jsonText('python_version'),
    pythonImplementation: name255('python_implementation'),
    dependencyVersions: jsonText('dependency_versions'),
    processMetrics: jsonText('process_metrics'),
  },
  (table) => [index('idx_node_attrs_last_seen').on(table.lastSeen)],
);

export const nodeDaemonStates = mysqlTable(
  'node_daemon_states',
  {
    nodeUuid: undashedUuid('node_uuid').notNull(),
    daemon: varchar('daemon', { length: 32 }).notNull(),
    value: varchar('value', { length: 32 }),
    updateTime: double('update_time').notNull(),
    message: name255('message'),
  },
  (table) => [
    primaryKey({ columns: [table.nodeUuid, table.daemon] }),
    index('idx_node_daemon_states_daemon_value').on(table.daemon, table.value),
  ],
);

export const events = mysqlTable(
  'events',
  {
    eventUuid: char('event_uuid', { length: 36 }).notNull().primaryKey(),
    eventType: varchar('event_type', { length: 32 }).notNull(),
    timestamp: double('timestamp').notNull(),
    fqdn: name255('fqdn').notNull(),
    duration: double('duration'),
    message: text('message').notNull(),
    extra: jsonText('extra'),
    requestId: varchar('request_id', { length: 64 }),
  },
  (table) => [
    index('idx_events_type_timestamp').on(table.eventType, table.timestamp),
    index('idx_events_request_id').on(table.requestId),
  ],
);

export const eventObjects = mysqlTable(
  'event_objects',
  {
    objectType: varchar('object_type', { length: 32 }).notNull(),
    objectUuid: varchar('object_uuid', { length: 36 }).notNull(),
    eventUuid: char('event_uuid', { length: 36 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.objectType, table.objectUuid, table.eventUuid] }),
    index('idx_event_objects_event').on(table.eventUuid),
  ],
);

export const clusterLocks = mysqlTable(
  'cluster_locks',
  {
    lockKey: name255('lock_key').notNull().primaryKey(),
    holderJson: jsonText('holder_json').notNull(),
    nodeUuid: name255('node_uuid').notNull(),
    pid: int('pid').notNull(),
    lockId: varchar('lock_id', { length: 64 }).notNull(),
    acquiredAt: double('acquired_at').notNull(),
    expiresAt: datetime('expires_at', { mode: 'string' }).notNull(),
  },
  (table) => [index('idx_cluster_locks_node').on(table.nodeUuid)],
);

export const clusterConfig = mysqlTable('cluster_config', {
  keyName: varchar('key_name', { length: 128 }).notNull().primaryKey(),
  valueJson: jsonText('value_json').notNull(),
  updatedAt: double('updated_at').notNull(),
});
