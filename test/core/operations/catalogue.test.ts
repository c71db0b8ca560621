import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../src/core/errors.js';
import { nameOfObjectType, OBJECT_TYPE_VALUES } from '../../../src/core/object-types.js';
import { findOperationType, OPERATION_TYPES, operationType } from '../../../src/core/operations/catalogue.js';
import type { TargetFieldName } from '../../../src/core/operations/field.js';
import { ownConventions } from '../../../src/core/operations/conventions.js';

/** Shaken Fist's types as its documents state them: own fields in stored order (? = may be null), targets, tasks. */
const STATED: Readonly<Record<string, readonly [fields: string, targets: string, tasks: string]>> = {
  artifact_fetch_op: [
    'namespace url artifact_uuid? instance_uuid?',
    'artifact_uuid instance_uuid',
    'image_fetch',
  ],
  imgcache_op: ['node_uuid blob_uuid cache_path transcode_description', 'blob_uuid', 'archive_transcode'],
  net_iface_op: ['network_uuid interface_uuid', 'network_uuid interface_uuid', 'interface_float'],
  net_iface_ip_op: ['network_uuid interface_uuid ip', 'network_uuid interface_uuid', 'interface_defloat'],
  net_ip_op: ['network_uuid ip', 'network_uuid', 'route_address unroute_address'],
  net_macaddr_ip_op: ['network_uuid mac_address ip', 'network_uuid', 'remove_dhcp_lease'],
  net_op: [
    'network_uuid node_uuid? floating_address? inner_address?',
    'network_uuid',
    'network_deploy network_destroy network_update_dnsmasq network_remove_dnsmasq network_remove_nat ' +
      'network_ensure_mesh network_add_floating_ip network_remove_floating_ip network_apply_update_dnsmasq ' +
      'network_apply_remove_dnsmasq network_apply_create_network_node network_apply_delete_network_node',
  ],
  node_aop_op: ['node_uuid agentoperation_uuid', 'agentoperation_uuid', 'preflight'],
  node_blob_op: ['node_uuid blob_uuid', 'blob_uuid', 'verify_size_and_checksum ensure_local'],
  node_inst_net_iface_op: [
    'node_uuid instance_uuid network_uuid interface_uuid',
    'instance_uuid network_uuid interface_uuid',
    'hot_plug_instance_interface attach_instance_interface',
  ],
  node_inst_netdesc_op: [
    'node_uuid instance_uuid net_desc',
    'instance_uuid',
    'instance_preflight instance_start',
  ],
  node_inst_op: [
    'node_uuid instance_uuid',
    'instance_uuid',
    'collect_billing_statistics health_check_kvm_process instance_delete',
  ],
  node_inst_snap_op: ['node_uuid instance_uuid snapshots', 'instance_uuid', 'instance_snapshot'],
  node_net_op: ['node_uuid network_uuid', 'network_uuid', 'network_destroy network_apply_create_hypervisor'],
};

// The compiler's word that node_uuid cannot be declared a target.
const nodeIsNoTarget: 'node_uuid' extends TargetFieldName ? false : true = true;

describe('the catalogue', () => {
  test('has the 14 types of operation, in the order of the object types', () => {
    const operations = OBJECT_TYPE_VALUES.filter((value) => value.endsWith('_op'));
    expect(OPERATION_TYPES.map((type) => type.value)).toEqual(operations);
    expect(operations).toHaveLength(14);
  });

  describe.each(OPERATION_TYPES)('$value', (type) => {
    const [fields, targets, tasks] = STATED[type.value] ?? ['', '', ''];

    test('has the fields, targets and tasks that Shaken Fist states', () => {
      expect(type.fields.map(({ name, required }) => (required ? name : `${name}?`)).join(' ')).toBe(fields);
      expect(type.targets.join(' ')).toBe(targets);
      expect(type.tasks.join(' ')).toBe(tasks);
    });

    test('targets only fields of its own, each once, and never the node', () => {
      const own = type.fields.map((field) => field.name as string);
      expect(own).toEqual(expect.arrayContaining([...type.targets]));
      expect(new Set(type.targets).size).toBe(type.targets.length);
      expect(type.targets as readonly string[]).not.toContain('node_uuid');
      expect(nodeIsNoTarget).toBe(true);
    });

    test('describes itself and every field, for the help', () => {
      expect(type.summary).not.toBe('');
      for (const field of type.fields) {
        expect(field.option).toMatch(/^--[a-z]+(-[a-z]+)*$/);
        expect(field.help).not.toBe('');
        expect(field.objectType !== null).toBe(field.kind === 'uuid');
      }
    });

    test('runs on its own node exactly if it has a node_uuid that somebody chooses', () => {
      const chosen = type.fields.some((field) => field.name === 'node_uuid' && !field.derived);
      expect(type.routes[0].to === 'own-node').toBe(chosen);
    });

    test('folds only tasks that it has', () => {
      expect(type.tasks).toEqual(expect.arrayContaining([...(type.coalescing?.tasks ?? [])]));
    });

    test('has a name for ENUM columns', () => {
      expect(nameOfObjectType(type.value)).toBe(type.value.toUpperCase());
    });
  });

  test('only net_op has reached version 3', () => {
    const versions = OPERATION_TYPES.map((type) => [type.value, type.version]);
    expect(versions.filter(([, version]) => version !== 1)).toEqual([['net_op', 3]]);
  });

  test('stores the keys of net_op in this order', () => {
    expect(ownConventions(operationType('net_op')).keys).toEqual([
      'uuid',
      'network_uuid',
      'node_uuid',
      'floating_address',
      'inner_address',
      'priority',
      'request_id',
      'tasks',
      'depends_on',
      'runs_after',
      'version',
    ]);
  });
});

describe('looking a type up', () => {
  test('ignores case', () => {
    expect(operationType('Net_Op').value).toBe('net_op');
  });

  test('suggests the nearest, and lists them all', () => {
    const look = () => operationType('node-blob-op');
    expect(look).toThrow(UsageError);
    expect(look).toThrow('"node-blob-op" is not an operation type; did you mean node_blob_op?');
    expect(look).toThrow(expect.objectContaining({ hint: expect.stringContaining('net_iface_ip_op') }));
  });

  test.each([undefined, 7, '', 'network', 'constructor', '\u001b[0m'])('%j is not a type', (value) => {
    expect(findOperationType(value)).toBeNull();
    expect(() => operationType(value)).toThrow(UsageError);
  });
});
