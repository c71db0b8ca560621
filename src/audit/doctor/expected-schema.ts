interface KnownTable {
  /** The newest version that this program knows. */
  version: number;
  /** Indexes without which statements of sf-ops read whole tables, by the columns that they begin with. */
  indexes?: readonly (readonly string[])[];
}

/** The versions in `schema_versions` of the Shaken Fist that this program was written for (database contract, section 4). */
export const KNOWN_TABLES: Readonly<Record<string, KnownTable>> = {
  object_states: {
    version: 3,
    indexes: [['object_type', 'object_uuid'], ['object_type', 'state_value'], ['object_uuid']],
  },
  object_metadata: { version: 3 },
  cluster_operation_targets: {
    version: 2,
    indexes: [['operation_uuid'], ['target_object_type', 'target_uuid'], ['created_at']],
  },
  cluster_operations: { version: 2, indexes: [['uuid'], ['operation_type', 'created_at']] },
  cluster_operation_errors: { version: 1 },
  work_queue: { version: 2, indexes: [['queue_name', 'claimed_at', 'scheduled_at']] },
  networks: { version: 3, indexes: [['uuid'], ['name']] },
  network_attributes: { version: 3 },
  network_interfaces: { version: 3, indexes: [['uuid'], ['network_uuid'], ['instance_uuid']] },
  instances: { version: 3, indexes: [['uuid'], ['name']] },
  instance_attributes: { version: 3 },
  nodes: { version: 2 },
  node_attributes: { version: 4 },
  node_daemon_states: { version: 2 },
  events: { version: 1 },
  event_objects: { version: 1, indexes: [['object_type', 'object_uuid']] },
  cluster_locks: { version: 4 },
  cluster_config: { version: 2 },
};

/** The key that lets an operation have several targets, from `cluster_operation_targets` v2 on. */
export const TARGET_KEY = ['operation_uuid', 'target_object_type', 'target_uuid'] as const;
