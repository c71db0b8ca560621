import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RefusedError } from '../../../src/core/errors.js';
import { operationType } from '../../../src/core/operations/catalogue.js';
import {
  conventionsFor,
  ownConventions,
  type Conventions,
} from '../../../src/core/operations/conventions.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { headerUuids, targetsOf, type Operation } from '../../../src/core/operations/operation.js';
import { readStoredOperation } from '../../../src/core/operations/read-operation.js';
import {
  differingKeys,
  storedJson,
  storedOperation,
  workPayload,
  type StoredOperation,
} from '../../../src/core/operations/stored-operation.js';
import { correctRequest, INSTANCE, INTERFACE, NETWORK, NODE, OPERATION } from './requests.js';

const NET_OP = operationType('net_op');

/** net_op as version 1 of it was written, and as version 2 was: with the addresses, without the node. */
const VERSION_1 = JSON.stringify({
  uuid: OPERATION,
  network_uuid: NETWORK,
  priority: 'background',
  request_id: null,
  tasks: ['network_deploy'],
  depends_on: null,
  runs_after: null,
  version: 1,
});
const VERSION_2 = VERSION_1.replace(
  '"priority"',
  '"floating_address":null,"inner_address":null,"priority"',
).replace('"version":1', '"version":2');

function operation(raw: Record<string, unknown>): Operation {
  const { runsAfter, ...request } = parseEnqueueRequest(raw);
  return {
    ...request,
    uuid: request.uuid ?? OPERATION,
    runsAfter: runsAfter?.filter((other) => typeof other !== 'string') ?? null,
  };
}

const MESH = operation({
  operation_type: 'net_op',
  network_uuid: NETWORK,
  tasks: ['network_ensure_mesh'],
  target: NODE,
  depends_on: [`node_net_op:${INSTANCE}`],
  request_id: 'é',
});
const DEPLOY = operation({ operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'] });

describe('the stored bytes', () => {
  test('are those of Shaken Fist', () => {
    expect(storedJson(storedOperation(MESH))).toBe(
      `{"uuid": "${OPERATION}", "network_uuid": "${NETWORK}", "node_uuid": "${NODE}", "floating_address": null, ` +
        `"inner_address": null, "priority": "user_facing", "request_id": "\\u00e9", "tasks": ["network_ensure_mesh"], ` +
        `"depends_on": [{"op_type": "node_net_op", "op_uuid": "${INSTANCE}"}], "runs_after": null, "version": 3}`,
    );
    expect(workPayload(MESH)).toBe(`{"operation_type": "net_op", "operation_uuid": "${OPERATION}"}`);
  });

  test('hold every key of the type in order, and read back as what was written', () => {
    fc.assert(
      fc.property(correctRequest, (raw) => {
        const written = operation(raw);
        const text = storedJson(storedOperation(written));
        expect(Object.keys(JSON.parse(text) as object)).toEqual(ownConventions(written.type).keys);
        expect(readStoredOperation(text)).toEqual({
          uuid: written.uuid,
          fields: written.fields,
          priority: written.priority,
          requestId: written.requestId,
          tasks: written.tasks,
          dependsOn: written.dependsOn,
          runsAfter: written.runsAfter,
          version: written.type.version,
          unreadable: [],
        });
      }),
    );
  });
});

describe('targets and header', () => {
  test('come from the declared fields, in order, without the node', () => {
    const hotPlug = operation({
      operation_type: 'node_inst_net_iface_op',
      node_uuid: NODE,
      instance_uuid: INSTANCE,
      network_uuid: NETWORK,
      interface_uuid: INTERFACE,
      tasks: ['hot_plug_instance_interface'],
    });
    expect(targetsOf(hotPlug)).toEqual([
      { objectType: 'INSTANCE', uuid: INSTANCE },
      { objectType: 'NETWORK', uuid: NETWORK },
      { objectType: 'INTERFACE', uuid: INTERFACE },
    ]);
    expect(headerUuids(hotPlug)).toEqual({
      node_uuid: NODE,
      instance_uuid: INSTANCE,
      network_uuid: NETWORK,
    });
  });

  test('leave out what is not set', () => {
    const fetch = operation({
      operation_type: 'artifact_fetch_op',
      namespace: 'system',
      url: 'https://images.example/debian.qcow2',
      instance_uuid: INSTANCE,
      tasks: ['image_fetch'],
    });
    expect(targetsOf(fetch)).toEqual([{ objectType: 'INSTANCE', uuid: INSTANCE }]);
    expect(headerUuids(fetch)).toEqual({ node_uuid: null, instance_uuid: INSTANCE, network_uuid: null });
  });

  test('two fields with the same uuid are two targets', () => {
    const twice = operation({
      operation_type: 'net_iface_op',
      network_uuid: NETWORK,
      interface_uuid: NETWORK,
      tasks: ['interface_float'],
    });
    expect(targetsOf(twice).map((target) => target.objectType)).toEqual(['NETWORK', 'INTERFACE']);
  });
});

describe('what the cluster wrote last decides', () => {
  const asNewest = (newest: string): Conventions => conventionsFor(NET_OP, { published: null, newest });

  test('without a row, our own form, and that it is a guess', () => {
    expect(conventionsFor(NET_OP, { published: null, newest: null })).toEqual({
      ...ownConventions(NET_OP),
      isGuess: true,
    });
  });

  test.each([
    [VERSION_1, 1],
    [VERSION_2, 2],
  ])('version, keys and their order are those of %s', (row, version) => {
    const stored = storedOperation(DEPLOY, asNewest(row));
    expect(stored.version).toBe(version);
    expect(Object.keys(stored)).toEqual(Object.keys(JSON.parse(row) as object));
  });

  test('an order that is not ours is kept', () => {
    const reversed = Object.fromEntries(Object.entries(JSON.parse(VERSION_2) as object).reverse());
    const conventions = asNewest(JSON.stringify(reversed));
    expect(Object.keys(storedOperation(DEPLOY, conventions))).toEqual(Object.keys(reversed));
  });

  test('a key that the cluster does not write cannot carry a value', () => {
    const write = () => storedOperation(MESH, asNewest(VERSION_2));
    expect(write).toThrow(RefusedError);
    expect(write).toThrow('this cluster writes net_op without node_uuid (version 2)');
  });

  test.each([
    ['not JSON', '{', 'is not JSON'],
    ['not an object', '[]', 'is a list, not an object'],
    ['null', 'null', 'is null, not an object'],
    ['without a version', '{}', 'has the version undefined'],
    ['with a strange version', '{"version": "3"}', 'has the version "3"'],
    ['of version 0', '{"version": 0}', 'has the version 0, which is not a version'],
    ['of a version that is no whole number', '{"version": 1.5}', 'has the version 1.5'],
    ['of a newer version', VERSION_1.replace('"version":1', '"version":4'), 'up to version 3'],
    ['with an unknown key', VERSION_1.replace('{', '{"vlan\\u001b": 1, '), 'does not know: "vlan\\u{1b}"'],
  ])('a row %s is refused', (_, row, message) => {
    expect(() => asNewest(row)).toThrow(RefusedError);
    expect(() => asNewest(row)).toThrow(message);
    const hint = 'Use a release of sf-ops that knows the Shaken Fist release of this cluster.';
    expect(() => asNewest(row)).toThrow(expect.objectContaining({ hint }));
  });

  test('of unknown keys a few are named', () => {
    const row = JSON.stringify({ version: 1, ...Object.fromEntries([...'abcdefg'].map((key) => [key, 1])) });
    expect(() => asNewest(row)).toThrow('does not know: "a", "b", "c", "d", "e": what');
  });

  test('the newest version that is known is none too new, and no guess', () => {
    const newest = JSON.stringify({ ...JSON.parse(VERSION_2), version: NET_OP.version });
    expect(conventionsFor(NET_OP, { published: null, newest })).toMatchObject({
      ...{ version: NET_OP.version, isGuess: false },
    });
  });
});

describe('the content of two stored operations', () => {
  const stored = storedOperation(MESH);

  test('is the same in whichever order, version and set of unset keys it was written', () => {
    const { floating_address, version, ...rest } = stored;
    const reversed = Object.fromEntries(Object.entries({ ...rest, version: 2 }).reverse()) as StoredOperation;
    expect([floating_address, version]).toEqual([null, 3]);
    expect(differingKeys(stored, reversed)).toEqual([]);
  });

  test('differs by key', () => {
    expect(
      differingKeys(stored, { ...stored, tasks: ['network_deploy'], inner_address: '10.0.0.7' }),
    ).toEqual(['inner_address', 'tasks']);
  });
});

describe('what the nodes publish decides before what was written', () => {
  const fields = (published: number, newest: string | null = null): string[] =>
    conventionsFor(NET_OP, { published, newest })
      .keys.filter((key) => key.includes('_'))
      .slice(0, -3);

  test.each([
    [1, ['network_uuid']],
    [2, ['network_uuid', 'floating_address', 'inner_address']],
    [3, ['network_uuid', 'node_uuid', 'floating_address', 'inner_address']],
  ])('version %p has the keys that it had', (published, keys) => {
    expect(fields(published)).toEqual(keys);
    expect(conventionsFor(NET_OP, { published, newest: null })).toMatchObject({
      version: published,
      isGuess: false,
    });
  });

  test('a newer row does not: a node that was not upgraded yet would lose it', () => {
    expect(conventionsFor(NET_OP, { published: 1, newest: VERSION_2 }).version).toBe(1);
    expect(
      conventionsFor(NET_OP, { published: 2, newest: VERSION_1.replace('"version":1', '"version":9') })
        .version,
    ).toBe(2);
    expect(conventionsFor(NET_OP, { published: 2, newest: 'damaged' }).version).toBe(2);
  });

  test('the keys and their order are those of a row of that version', () => {
    const reversed = Object.entries(JSON.parse(VERSION_2) as object).reverse();
    const newest = JSON.stringify(Object.fromEntries(reversed));
    expect(conventionsFor(NET_OP, { published: 2, newest }).keys).toEqual(reversed.map(([key]) => key));
  });

  test.each([4, 0, 1.5])('version %p is refused', (published) => {
    expect(() => conventionsFor(NET_OP, { published, newest: VERSION_2 })).toThrow(
      `the nodes of this cluster accept net_op in version ${published}`,
    );
  });
});
