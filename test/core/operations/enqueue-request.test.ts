import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../../src/core/errors.js';
import { OPERATION_TYPES } from '../../../src/core/operations/catalogue.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { targetsOf } from '../../../src/core/operations/operation.js';
import { correctRequest, INSTANCE, INTERFACE, NETWORK, NODE, OPERATION, OTHER_NODE } from './requests.js';

const NET_OP = { operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'] };
const BLOB = '66666666-6666-4666-8666-666666666666';
const SNAPSHOT = { disk: { path: '/x' }, artifact_uuid: INSTANCE, blob_uuid: BLOB, thin: false };
const SNAP_OP = {
  operation_type: 'node_inst_snap_op',
  node_uuid: NODE,
  instance_uuid: INSTANCE,
  tasks: ['instance_snapshot'],
};

function problemOf(raw: unknown): string {
  try {
    parseEnqueueRequest(raw);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'no problem';
}

describe('a correct request', () => {
  test('gets every field of its type, and the defaults', () => {
    expect(parseEnqueueRequest(NET_OP)).toEqual({
      type: expect.objectContaining({ value: 'net_op' }),
      fields: { network_uuid: NETWORK, node_uuid: null, floating_address: null, inner_address: null },
      tasks: ['network_deploy'],
      priority: 'user_facing',
      queue: {
        name: 'networknode-clusteroperation-user_facing',
        target: 'networknode',
        family: 'clusteroperation',
        nodeUuid: null,
      },
      requestId: null,
      uuid: null,
      dependsOn: null,
      runsAfter: null,
      delay: 0,
      coalesce: true,
    });
  });

  test('keeps uuids dashed and lower-case, and MAC addresses lower-case', () => {
    const { fields } = parseEnqueueRequest({
      operation_type: 'net_macaddr_ip_op',
      network_uuid: 'ABCDEF0123454678A9ABCDEF01234567',
      mac_address: '02:00:00:5E:10:7F',
      ip: '10.0.0.7',
      tasks: ['remove_dhcp_lease'],
    });
    expect(fields).toEqual({
      network_uuid: 'abcdef01-2345-4678-a9ab-cdef01234567',
      mac_address: '02:00:00:5e:10:7f',
      ip: '10.0.0.7',
    });
  });

  test('may name the floating network, whose uuid has the form of version 4', () => {
    const floating = 'f10a7f10-a7f1-4a7f-a10a-7f10a7f10a7f';
    expect(parseEnqueueRequest({ ...NET_OP, network_uuid: floating }).fields.network_uuid).toBe(floating);
  });

  test('gives dependencies as text or as objects, singly or in a list', () => {
    const { dependsOn, runsAfter } = parseEnqueueRequest({
      ...NET_OP,
      depends_on: [`NODE_BLOB_OP:${NODE.replaceAll('-', '')}`, { op_type: 'net_op', op_uuid: OPERATION }],
      runs_after: 'latest',
    });
    expect(dependsOn).toEqual([
      { op_type: 'node_blob_op', op_uuid: NODE },
      { op_type: 'net_op', op_uuid: OPERATION },
    ]);
    expect(runsAfter).toEqual(['latest']);
  });

  test('with an empty list of dependencies has none', () => {
    expect(parseEnqueueRequest({ ...NET_OP, depends_on: [], runs_after: [] })).toMatchObject({
      dependsOn: null,
      runsAfter: null,
    });
  });

  test('takes JSON and numbers as an option gives them: in text', () => {
    const request = parseEnqueueRequest({ ...SNAP_OP, snapshots: JSON.stringify([SNAPSHOT]), delay: '1.5' });
    expect(request.fields.snapshots).toEqual([SNAPSHOT]);
    expect(request.delay).toBe(1.5);
  });

  test('has the keys of its snapshots put in stored order', () => {
    const { disk, artifact_uuid, blob_uuid, thin } = SNAPSHOT;
    const { fields } = parseEnqueueRequest({
      ...SNAP_OP,
      snapshots: [{ thin, blob_uuid, artifact_uuid, disk }],
    });
    expect(JSON.stringify(fields.snapshots)).toBe(JSON.stringify([{ disk, artifact_uuid, blob_uuid, thin }]));
  });

  test('to a node derives the node that net_op records', () => {
    const request = parseEnqueueRequest({ ...NET_OP, target: NODE.toUpperCase(), node_uuid: NODE });
    expect(request.fields.node_uuid).toBe(NODE);
    expect(request.queue.name).toBe(`${NODE}-network-user_facing`);
  });

  test('ignores options that were not given', () => {
    expect(
      parseEnqueueRequest({ ...NET_OP, instance_uuid: undefined, url: undefined }).fields,
    ).not.toHaveProperty('instance_uuid');
  });

  test('of any type keeps its fields in stored order, and targets some of them', () => {
    fc.assert(
      fc.property(correctRequest, (raw) => {
        const { type, fields } = parseEnqueueRequest(raw);
        expect(Object.keys(fields)).toEqual(type.fields.map((field) => field.name));
        for (const { uuid } of targetsOf({ type, fields })) expect(Object.values(fields)).toContain(uuid);
      }),
    );
  });
});

describe('a wrong request is told what is wrong', () => {
  test.each<[string, unknown, string]>([
    ['no object', ['net_op'], 'an operation is given as an object, not as a list'],
    ['no type', {}, 'operation_type is missing'],
    ['malformed uuid', { ...NET_OP, network_uuid: 'blue' }, 'network_uuid "blue" is not a uuid'],
    [
      'uuid of another version',
      { ...NET_OP, uuid: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' },
      'uuid "6ba7b810-9dad-11d1-80b4-00c04fd430c8" is a uuid, but not of version 4',
    ],
    [
      'uuid of another version in a field',
      { ...NET_OP, network_uuid: '00000000-0000-0000-0000-000000000000' },
      'not of version 4',
    ],
    ['missing field', { ...NET_OP, network_uuid: null }, 'network_uuid is missing (network to work on)'],
    [
      'field of another type',
      { ...NET_OP, instance_uuid: INSTANCE },
      `"instance_uuid" ("${INSTANCE}") is not a field of a net_op (allowed: network_uuid, node_uuid, `,
    ],
    ['misspelt key', { ...NET_OP, priorty: 'background' }, 'did you mean priority?'],
    ['missing tasks', { ...NET_OP, tasks: undefined }, 'tasks is missing (one or more of network_deploy, '],
    ['no task', { ...NET_OP, tasks: [] }, 'tasks is empty (allowed: network_deploy, '],
    ['tasks not a list', { ...NET_OP, tasks: 'network_deploy' }, 'tasks "network_deploy" is not a list'],
    [
      'unknown task',
      { ...NET_OP, tasks: ['network_depoly'] },
      'tasks "network_depoly" is not a task of a net_op (allowed: network_deploy, ',
    ],
    ['nearest task', { ...NET_OP, tasks: ['network_depoly'] }, 'did you mean network_deploy?'],
    ['task named twice', { ...NET_OP, tasks: ['network_deploy', 'network_deploy'] }, 'network_deploy twice'],
    [
      'misspelt priority',
      { ...NET_OP, priority: 'user-facing' },
      'priority "user-facing" is not a priority (allowed: user_waiting, user_facing, ',
    ],
    ['nearest priority', { ...NET_OP, priority: 'user-facing' }, 'did you mean user_facing?'],
    ['number of a priority', { ...NET_OP, priority: 20 }, 'priority 20 is not a priority'],
    ['address', { ...NET_OP, floating_address: '10.0.0.256' }, '"10.0.0.256" is not an IP address'],
    ['address with a zone', { ...NET_OP, floating_address: 'fe80::1%eth0' }, 'is not an IP address'],
    [
      'MAC address',
      { operation_type: 'net_macaddr_ip_op', mac_address: '02-00-00-5e-10' },
      'mac_address "02-00-00-5e-10" is not a MAC address',
    ],
    ['URL', { operation_type: 'artifact_fetch_op', url: '//debian' }, 'url "//debian" is not a URL'],
    ['URL with a space', { operation_type: 'artifact_fetch_op', url: 'https://a/b c' }, 'is not a URL'],
    [
      'long name',
      { operation_type: 'artifact_fetch_op', namespace: 'n'.repeat(10_000) },
      `namespace "${'n'.repeat(40)}…" has 10000 characters (at most 255 are allowed)`,
    ],
    [
      'escape sequence',
      { operation_type: 'artifact_fetch_op', namespace: '\u001b[2J' },
      'namespace "\\u{1b}[2J" contains control characters',
    ],
    ['request id', { ...NET_OP, request_id: 'r'.repeat(65) }, 'has 65 characters (at most 64 are allowed)'],
    ['delay', { ...NET_OP, delay: -1 }, 'delay -1 is not a time from 0'],
    ['coalesce', { ...NET_OP, coalesce: 'no' }, 'coalesce "no" is not true or false'],
    ['dependency', { ...NET_OP, depends_on: ['net_op'] }, '"net_op" is not an operation (TYPE:UUID'],
    ['dependency with a tail', { ...NET_OP, depends_on: [`net_op:${NODE}:x`] }, 'is not a uuid'],
    [
      'dependency with another key',
      { ...NET_OP, depends_on: [{ op_type: 'net_op', op_uuid: NODE, x: 1 }] },
      'depends_on an object is not an operation',
    ],
    ["dependency's type", { ...NET_OP, depends_on: [`netop:${NODE}`] }, 'did you mean net_op?'],
    ['word for runs_after only', { ...NET_OP, depends_on: ['latest'] }, '"latest" is not an operation'],
    [
      'dependency twice',
      { ...NET_OP, runs_after: ['pending', 'pending'] },
      'runs_after pending is named twice',
    ],
    [
      'dependency on itself',
      { ...NET_OP, uuid: OPERATION, runs_after: [`net_op:${OPERATION}`] },
      'runs_after names the operation itself',
    ],
    [
      'target that the type does not go to',
      { ...NET_OP, target: 'any' },
      'target "any" is not where a net_op can go (allowed: networknode in family clusteroperation, ',
    ],
    [
      'node against the target',
      { ...NET_OP, target: NODE, node_uuid: OTHER_NODE },
      `node_uuid "${OTHER_NODE}" contradicts target "${NODE}"`,
    ],
    ['no snapshot', { ...SNAP_OP, snapshots: [] }, 'snapshots is an empty list'],
    ['snapshots not JSON', { ...SNAP_OP, snapshots: '[{' }, 'snapshots "[{" is not a JSON list of objects'],
    [
      "snapshot's disk",
      { ...SNAP_OP, snapshots: [SNAPSHOT, { ...SNAPSHOT, disk: 'vda' }] },
      'snapshots item 2: disk is "vda", not an object',
    ],
    [
      "snapshot's thin",
      { ...SNAP_OP, snapshots: [{ ...SNAPSHOT, thin: 1 }] },
      'thin is 1, not true or false',
    ],
    [
      "snapshot's blob",
      { ...SNAP_OP, snapshots: [{ ...SNAPSHOT, blob_uuid: undefined }] },
      'item 1: blob_uuid undefined is not a uuid',
    ],
    ["snapshot's other key", { ...SNAP_OP, snapshots: [{ ...SNAPSHOT, x: 1 }] }, '"x" is not a key'],
    ['net_desc', { operation_type: 'node_inst_netdesc_op', net_desc: [1] }, 'not a JSON list of objects'],
    [
      'inexact number',
      { operation_type: 'node_inst_netdesc_op', net_desc: [{ order: 2 ** 60 }] },
      'too large to be kept exactly',
    ],
  ])('%s', (_, raw, message) => {
    expect(problemOf(raw)).toContain(message);
  });

  test('all at once', () => {
    const message = problemOf({
      operation_type: 'net_iface_ip_op',
      network_uuid: 'x',
      ip: '10.0.0',
      interface_uuid: INTERFACE,
      tasks: ['interface_float'],
      priority: 'soon',
      target: NODE,
    });
    expect(message).toMatch(/^net_iface_ip_op: /);
    for (const part of [
      'network_uuid "x"',
      'ip "10.0.0"',
      '"interface_float"',
      'priority "soon"',
      'target "',
    ])
      expect(message).toContain(part);
  });

  test('without a message that grows with the number of problems', () => {
    const keys = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, i]));
    const message = problemOf({ ...NET_OP, ...keys });
    expect(message).toContain('; and 88 more');
    expect(message.length).toBeLessThan(3000);
  });
});

describe('whatever is given', () => {
  const own = fc.constantFrom(...OPERATION_TYPES.flatMap((type) => type.fields.map((field) => field.name)));
  const common = fc.constantFrom(
    'tasks',
    'priority',
    'target',
    'family',
    'depends_on',
    'runs_after',
    'delay',
  );
  const spoilt = fc
    .tuple(correctRequest, fc.dictionary(fc.oneof(own, common, fc.string()), fc.jsonValue()))
    .map(([request, noise]) => ({ ...request, ...noise }));

  test('the answer is a request or a UsageError of one printable line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), spoilt), (raw) => {
        expect(problemOf(raw)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });

  test('nesting without end is a problem like any other', () => {
    const deep: unknown = JSON.parse('[{"a":'.repeat(20_000) + '1' + '}]'.repeat(20_000));
    expect(problemOf({ operation_type: 'node_inst_netdesc_op', net_desc: deep })).toContain(
      'net_desc is nested more than 32 levels deep',
    );
  });
});
