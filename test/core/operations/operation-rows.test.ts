import { describe, expect, test } from '@jest/globals';
import { ownConventions } from '../../../src/core/operations/conventions.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { bytesOf, operationRows } from '../../../src/core/operations/operation-rows.js';
import { INSTANCE, INTERFACE, NETWORK, NODE, OPERATION } from './requests.js';

const NOW = 1_700_000_000;

const rowsOf = (raw: object, delay = 0) => {
  const request = parseEnqueueRequest(raw);
  const operation = { ...request, uuid: OPERATION, dependsOn: null, runsAfter: null };
  return operationRows(operation, request.queue, ownConventions(request.type), NOW, delay);
};
const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['attach_instance_interface'],
};

describe('the rows of an operation', () => {
  test('name it and its objects, without dashes in the header and with dashes elsewhere', () => {
    const rows = rowsOf(ATTACH, 90);
    expect(rows.cluster_operations).toEqual([
      {
        uuid: OPERATION.replaceAll('-', ''),
        operation_type: 'node_inst_net_iface_op',
        created_at: NOW,
        node_uuid: NODE.replaceAll('-', ''),
        instance_uuid: INSTANCE.replaceAll('-', ''),
        network_uuid: NETWORK.replaceAll('-', ''),
        priority: rows.cluster_operations[0]!.priority,
        metadata_json: expect.stringContaining(`"interface_uuid": "${INTERFACE}"`),
      },
    ]);
    expect(rows.object_states).toEqual([
      {
        ...{ object_uuid: OPERATION, object_type: 'NODE_INST_NET_IFACE_OP', state_value: 'queued' },
        ...{ update_time: NOW, message: null },
      },
    ]);
    const target = { operation_uuid: OPERATION, operation_type: 'node_inst_net_iface_op', created_at: NOW };
    expect(rows.cluster_operation_targets).toEqual([
      { ...target, target_object_type: 'INSTANCE', target_uuid: INSTANCE },
      { ...target, target_object_type: 'NETWORK', target_uuid: NETWORK },
      { ...target, target_object_type: 'INTERFACE', target_uuid: INTERFACE },
    ]);
  });

  test('have work that is free, and due when the delay is over', () => {
    const { work_queue: work } = rowsOf({ ...ATTACH, priority: 'background' }, 90);
    expect(work).toEqual([
      {
        queue_name: parseEnqueueRequest({ ...ATTACH, priority: 'background' }).queue.name,
        scheduled_at: NOW + 90,
        claimed_at: null,
        claimed_by: null,
        attempts: 0,
        payload: `{"operation_type": "node_inst_net_iface_op", "operation_uuid": "${OPERATION}"}`,
        created_at: NOW,
      },
    ]);
    expect(rowsOf(ATTACH).work_queue[0]!.scheduled_at).toBe(NOW);
  });

  test('name no object that the operation does not', () => {
    const rows = rowsOf({ operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'] });
    expect(rows.cluster_operations[0]).toMatchObject({ node_uuid: null, instance_uuid: null });
    expect(rows.cluster_operation_targets).toHaveLength(1);
  });
});

test('bytes of a row: text may go in hex, and short text may hold any character', () => {
  expect(bytesOf({})).toBe(0);
  expect(bytesOf({ a: null, b: 7 })).toBe(48);
  expect(bytesOf({ a: '' })).toBe(20);
  expect(bytesOf({ a: 'x'.repeat(255) })).toBe(20 + 6 * 255);
  expect(bytesOf({ a: 'x'.repeat(256) })).toBe(20 + 2 * 256);
  expect(bytesOf({ a: 'xy', b: 1 })).toBe(20 + 12 + 24);
});
