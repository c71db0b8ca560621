CREATE TABLE `cluster_config` (
	`key_name` varchar(128) NOT NULL,
	`value_json` json NOT NULL,
	`updated_at` double NOT NULL,
	CONSTRAINT `cluster_config_key_name` PRIMARY KEY(`key_name`)
);
--> statement-breakpoint
CREATE TABLE `cluster_locks` (
	`lock_key` varchar(255) NOT NULL,
	`holder_json` json NOT NULL,
	`node_uuid` varchar(255) NOT NULL,
	`pid` int NOT NULL,
	`lock_id` varchar(64) NOT NULL,
	`acquired_at` double NOT NULL,
	`expires_at` datetime NOT NULL,
	CONSTRAINT `cluster_locks_lock_key` PRIMARY KEY(`lock_key`),
	KEY `idx_cluster_locks_node` (`node_uuid`)
);
--> statement-breakpoint
CREATE TABLE `cluster_operation_errors` (
	`op_uuid` char(32) NOT NULL,
	`error_report` json NOT NULL,
	`created_at` double NOT NULL,
	CONSTRAINT `cluster_operation_errors_op_uuid` PRIMARY KEY(`op_uuid`)
);
--> statement-breakpoint
CREATE TABLE `cluster_operation_targets` (
	`sequence_number` bigint AUTO_INCREMENT NOT NULL,
	`operation_uuid` varchar(36) NOT NULL,
	`operation_type` varchar(64) NOT NULL,
	`target_object_type` enum('AGENTOPERATION','ARTIFACT','BLOB','DHCP','INSTANCE','INTERFACE','IPAM','NAMESPACE','NETWORK','NODE','UPLOAD','ARTIFACT_FETCH_OP','IMGCACHE_OP','NET_IFACE_OP','NET_IFACE_IP_OP','NET_IP_OP','NET_MACADDR_IP_OP','NET_OP','NODE_AOP_OP','NODE_BLOB_OP','NODE_INST_NET_IFACE_OP','NODE_INST_NETDESC_OP','NODE_INST_OP','NODE_INST_SNAP_OP','NODE_NET_OP','API_REQUESTS','UNKNOWN','UNKNOWN_MANAGED_EXECUTABLE','NAMESPACE_KEY','TRUSTED_ISSUER','MAPPING_RULE','NAMESPACE_CLAIM') NOT NULL,
	`target_uuid` varchar(36) NOT NULL,
	`created_at` double NOT NULL,
	CONSTRAINT `cluster_operation_targets_sequence_number` PRIMARY KEY(`sequence_number`),
	CONSTRAINT `operation_uuid` UNIQUE(`operation_uuid`),
	KEY `idx_cot_target` (`target_object_type`,`target_uuid`),
	KEY `idx_cot_created` (`created_at`)
);
--> statement-breakpoint
CREATE TABLE `cluster_operations` (
	`uuid` char(32) NOT NULL,
	`operation_type` varchar(64) NOT NULL,
	`created_at` double NOT NULL,
	`node_uuid` char(32),
	`instance_uuid` char(32),
	`network_uuid` char(32),
	`priority` varchar(32),
	`metadata_json` json NOT NULL,
	CONSTRAINT `cluster_operations_uuid` PRIMARY KEY(`uuid`),
	KEY `ix_cluster_ops_node` (`node_uuid`),
	KEY `ix_cluster_ops_instance` (`instance_uuid`),
	KEY `ix_cluster_ops_network` (`network_uuid`),
	KEY `ix_cluster_ops_type_created` (`operation_type`,`created_at`)
);
--> statement-breakpoint
CREATE TABLE `event_objects` (
	`object_type` varchar(32) NOT NULL,
	`object_uuid` varchar(36) NOT NULL,
	`event_uuid` char(36) NOT NULL,
	CONSTRAINT `event_objects_object_type_object_uuid_event_uuid_pk` PRIMARY KEY(`object_type`,`object_uuid`,`event_uuid`),
	KEY `idx_event_objects_event` (`event_uuid`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`event_uuid` char(36) NOT NULL,
	`event_type` varchar(32) NOT NULL,
	`timestamp` double NOT NULL,
	`fqdn` varchar(255) NOT NULL,
	`duration` double,
	`message` text NOT NULL,
	`extra` json,
	`request_id` varchar(64),
	CONSTRAINT `events_event_uuid` PRIMARY KEY(`event_uuid`),
	KEY `idx_events_type_timestamp` (`event_type`,`timestamp`),
	KEY `idx_events_request_id` (`request_id`)
);
--> statement-breakpoint
CREATE TABLE `instance_attributes` (
	`uuid` char(32) NOT NULL,
	`placement` longtext,
	`power_state` longtext,
	`ports` longtext,
	`enforced_deletes` longtext,
	`block_devices` longtext,
	`agent_state` longtext,
	`agent_attributes` longtext,
	`agent_operations` longtext,
	`kvm_pid` bigint,
	`error_message` varchar(255),
	`vsock_cids` longtext,
	CONSTRAINT `instance_attributes_uuid` PRIMARY KEY(`uuid`)
);
--> statement-breakpoint
CREATE TABLE `instances` (
	`uuid` char(32) NOT NULL,
	`cpus` bigint NOT NULL,
	`disk_spec` longtext NOT NULL,
	`memory` bigint NOT NULL,
	`name` varchar(255) NOT NULL,
	`namespace` varchar(255) NOT NULL,
	`requested_placement` longtext,
	`ssh_key` longtext,
	`user_data` longtext,
	`video` longtext NOT NULL,
	`uefi` boolean NOT NULL,
	`configdrive` varchar(255) NOT NULL,
	`nvram_template` varchar(255),
	`secure_boot` boolean NOT NULL,
	`machine_type` varchar(255) NOT NULL,
	`side_channels` longtext NOT NULL,
	`version` bigint NOT NULL,
	CONSTRAINT `instances_uuid` PRIMARY KEY(`uuid`),
	KEY `idx_instances_namespace` (`namespace`),
	KEY `idx_instances_name` (`name`)
);
--> statement-breakpoint
CREATE TABLE `network_attributes` (
	`uuid` char(32) NOT NULL,
	`floating_gateway` varchar(255),
	`hosteddns` longtext NOT NULL,
	CONSTRAINT `network_attributes_uuid` PRIMARY KEY(`uuid`)
);
--> statement-breakpoint
CREATE TABLE `network_interfaces` (
	`uuid` char(32) NOT NULL,
	`network_uuid` char(32) NOT NULL,
	`instance_uuid` char(32) NOT NULL,
	`macaddr` varchar(255) NOT NULL,
	`ipv4` varchar(255),
	`order` bigint NOT NULL,
	`model` varchar(255),
	`version` bigint NOT NULL,
	`active` boolean,
	CONSTRAINT `network_interfaces_uuid` PRIMARY KEY(`uuid`),
	CONSTRAINT `uq_network_interfaces_macaddr_active_network` UNIQUE(`macaddr`,`active`,`network_uuid`),
	KEY `idx_network_interfaces_network_uuid` (`network_uuid`),
	KEY `idx_network_interfaces_instance_uuid` (`instance_uuid`),
	KEY `idx_network_interfaces_macaddr` (`macaddr`)
);
--> statement-breakpoint
CREATE TABLE `networks` (
	`uuid` char(32) NOT NULL,
	`name` varchar(255) NOT NULL,
	`namespace` varchar(255),
	`netblock` varchar(255) NOT NULL,
	`provide_dhcp` boolean NOT NULL,
	`provide_nat` boolean NOT NULL,
	`provide_dns` boolean NOT NULL,
	`vxid` bigint NOT NULL,
	`egress_nic` varchar(255),
	`mesh_nic` varchar(255),
	`version` bigint NOT NULL,
	CONSTRAINT `networks_uuid` PRIMARY KEY(`uuid`),
	CONSTRAINT `uq_networks_vxid` UNIQUE(`vxid`),
	KEY `idx_networks_namespace` (`namespace`),
	KEY `idx_networks_name` (`name`)
);
--> statement-breakpoint
CREATE TABLE `node_attributes` (
	`uuid` char(32) NOT NULL,
	`last_seen` double NOT NULL,
	`installed_version` varchar(255),
	`spice_server_cert_subject` varchar(1024),
	`is_etcd_master` boolean NOT NULL,
	`is_hypervisor` boolean NOT NULL,
	`is_network_node` boolean NOT NULL,
	`is_eventlog_node` boolean NOT NULL,
	`is_database_node` boolean NOT NULL,
	`instances` json,
	`daemons` json,
	`daemon_states` json,
	`qemu_version` json,
	`libvirt_version` json,
	`python_version` json,
	`python_implementation` varchar(255),
	`dependency_versions` json,
	`process_metrics` json,
	CONSTRAINT `node_attributes_uuid` PRIMARY KEY(`uuid`),
	KEY `idx_node_attrs_last_seen` (`last_seen`)
);
--> statement-breakpoint
CREATE TABLE `node_daemon_states` (
	`node_uuid` char(32) NOT NULL,
	`daemon` varchar(32) NOT NULL,
	`value` varchar(32),
	`update_time` double NOT NULL,
	`message` varchar(255),
	CONSTRAINT `node_daemon_states_node_uuid_daemon_pk` PRIMARY KEY(`node_uuid`,`daemon`),
	KEY `idx_node_daemon_states_daemon_value` (`daemon`,`value`)
);
--> statement-breakpoint
CREATE TABLE `nodes` (
	`uuid` char(32) NOT NULL,
	`fqdn` varchar(255) NOT NULL,
	`ip` varchar(255) NOT NULL,
	`version` bigint NOT NULL,
	CONSTRAINT `nodes_uuid` PRIMARY KEY(`uuid`),
	CONSTRAINT `uidx_nodes_fqdn` UNIQUE(`fqdn`)
);
--> statement-breakpoint
CREATE TABLE `object_metadata` (
	`object_uuid` varchar(36) NOT NULL,
	`object_type` enum('AGENTOPERATION','ARTIFACT','BLOB','DHCP','INSTANCE','INTERFACE','IPAM','NAMESPACE','NETWORK','NODE','UPLOAD','ARTIFACT_FETCH_OP','IMGCACHE_OP','NET_IFACE_OP','NET_IFACE_IP_OP','NET_IP_OP','NET_MACADDR_IP_OP','NET_OP','NODE_AOP_OP','NODE_BLOB_OP','NODE_INST_NET_IFACE_OP','NODE_INST_NETDESC_OP','NODE_INST_OP','NODE_INST_SNAP_OP','NODE_NET_OP','API_REQUESTS','UNKNOWN','UNKNOWN_MANAGED_EXECUTABLE','NAMESPACE_KEY','TRUSTED_ISSUER','MAPPING_RULE','NAMESPACE_CLAIM') NOT NULL,
	`metadata_json` text,
	`last_cluster_operation_json` text,
	CONSTRAINT `object_metadata_object_type_object_uuid_pk` PRIMARY KEY(`object_type`,`object_uuid`)
);
--> statement-breakpoint
CREATE TABLE `object_states` (
	`object_uuid` varchar(36) NOT NULL,
	`object_type` enum('AGENTOPERATION','ARTIFACT','BLOB','DHCP','INSTANCE','INTERFACE','IPAM','NAMESPACE','NETWORK','NODE','UPLOAD','ARTIFACT_FETCH_OP','IMGCACHE_OP','NET_IFACE_OP','NET_IFACE_IP_OP','NET_IP_OP','NET_MACADDR_IP_OP','NET_OP','NODE_AOP_OP','NODE_BLOB_OP','NODE_INST_NET_IFACE_OP','NODE_INST_NETDESC_OP','NODE_INST_OP','NODE_INST_SNAP_OP','NODE_NET_OP','API_REQUESTS','UNKNOWN','UNKNOWN_MANAGED_EXECUTABLE','NAMESPACE_KEY','TRUSTED_ISSUER','MAPPING_RULE','NAMESPACE_CLAIM') NOT NULL,
	`state_value` varchar(32),
	`update_time` double NOT NULL,
	`message` varchar(255),
	CONSTRAINT `object_states_object_type_object_uuid_pk` PRIMARY KEY(`object_type`,`object_uuid`),
	KEY `idx_object_states_type_state` (`object_type`,`state_value`),
	KEY `idx_object_states_uuid` (`object_uuid`)
);
--> statement-breakpoint
CREATE TABLE `schema_versions` (
	`table_name` varchar(64) NOT NULL,
	`version` int NOT NULL,
	`updated_at` double NOT NULL,
	CONSTRAINT `schema_versions_table_name` PRIMARY KEY(`table_name`)
);
--> statement-breakpoint
CREATE TABLE `work_queue` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`queue_name` varchar(255) NOT NULL,
	`scheduled_at` double NOT NULL,
	`claimed_at` double,
	`claimed_by` varchar(255),
	`attempts` int NOT NULL DEFAULT 0,
	`payload` json NOT NULL,
	`created_at` double NOT NULL,
	CONSTRAINT `work_queue_id` PRIMARY KEY(`id`),
	KEY `ix_work_queue_ready` (`queue_name`,`claimed_at`,`scheduled_at`)
);
--> statement-breakpoint
INSERT INTO `schema_versions` (`table_name`, `version`, `updated_at`) VALUES
	('object_states', 3, UNIX_TIMESTAMP(NOW(6))),
	('object_metadata', 2, UNIX_TIMESTAMP(NOW(6))),
	('cluster_operation_targets', 1, UNIX_TIMESTAMP(NOW(6))),
	('cluster_operations', 2, UNIX_TIMESTAMP(NOW(6))),
	('cluster_operation_errors', 1, UNIX_TIMESTAMP(NOW(6))),
	('work_queue', 2, UNIX_TIMESTAMP(NOW(6))),
	('networks', 3, UNIX_TIMESTAMP(NOW(6))),
	('network_attributes', 3, UNIX_TIMESTAMP(NOW(6))),
	('network_interfaces', 3, UNIX_TIMESTAMP(NOW(6))),
	('instances', 3, UNIX_TIMESTAMP(NOW(6))),
	('instance_attributes', 3, UNIX_TIMESTAMP(NOW(6))),
	('nodes', 2, UNIX_TIMESTAMP(NOW(6))),
	('node_attributes', 4, UNIX_TIMESTAMP(NOW(6))),
	('node_daemon_states', 2, UNIX_TIMESTAMP(NOW(6))),
	('events', 1, UNIX_TIMESTAMP(NOW(6))),
	('event_objects', 1, UNIX_TIMESTAMP(NOW(6))),
	('cluster_locks', 4, UNIX_TIMESTAMP(NOW(6))),
	('cluster_config', 2, UNIX_TIMESTAMP(NOW(6)));
