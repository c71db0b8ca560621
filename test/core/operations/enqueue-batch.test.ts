import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  byAge,
  canAdopt,
  workKey,
  workKeyOfCandidate,
  type Candidate,
} from '../../../src/core/operations/coalescing.js';
import {
  Batch,
  candidateFrom,
  objectKey,
  type BatchFacts,
} from '../../../src/core/operations/enqueue-batch.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { INSTANCE, NETWORK, NODE, OPERATION, OTHER_NODE } from './requests.js';
import { cluster, node, NOW } from './records.js';

const TASK = 'network_ensure_mesh';
const RAW = { operation_type: 'net_op', network_uuid: NETWORK, tasks: [TASK] };
const REQUEST = parseEnqueueRequest(RAW);

function batch(more: Partial<BatchFacts> = {}): Batch {
  const facts: BatchFacts = {
    ...{ operations: new Map(), objects: new Map(), interfaces: new Map(), candidates: [] },
    ...{ active: new Map(), latest: new Map(), versions: new Map(), cluster: cluster() },
    ...{ recordsOneTargetOnly: false, packetBytes: 1 << 24 },
    ...more,
  };
  return new Batch(facts, NOW);
}

function candidate(more: Partial<Candidate> = {}): Candidate {
  return {
    ...{ uuid: OPERATION, operationType: 'net_op', state: 'queued', tasks: [TASK], priority: 'user_facing' },
    ...{ columns: { network_uuid: NETWORK, node_uuid: null }, dueAt: NOW, createdAt: NOW - 60 },
    ...more,
  };
}

describe('a candidate', () => {
  const row = {
    ...{ uuid: OPERATION, operationType: 'net_op', createdAt: NOW - 60, state: 'queued' },
    ...{ priority: 'user_facing', dueAt: NOW },
  };

  test('is read from its header, its metadata and its work row', () => {
    const metadataJson = JSON.stringify({
      network_uuid: NETWORK.replaceAll('-', ''),
      node_uuid: null,
      tasks: [TASK],
    });
    expect(candidateFrom({ ...row, metadataJson })).toEqual(
      candidate({ columns: { network_uuid: NETWORK, node_uuid: null, instance_uuid: null } }),
    );
  });

  test('whose metadata is damaged is about nothing', () => {
    expect(candidateFrom({ ...row, metadataJson: '{"network_uuid": 7, "node_uuid": "web"}' })).toMatchObject({
      ...{ tasks: [], columns: { network_uuid: null, node_uuid: null, instance_uuid: null } },
    });
  });

  test('the oldest is adopted, of equally old ones the one with the lowest uuid', () => {
    const [old, young] = [candidate({ createdAt: 1, uuid: OTHER_NODE }), candidate({ createdAt: 2 })];
    const twin = candidate({ createdAt: 1, uuid: NODE });
    for (const candidates of [
      [young, old, twin],
      [twin, old, young],
      [old, twin, young],
    ])
      expect(batch({ candidates }).adoptable(REQUEST)).toBe(twin);
    expect([byAge(twin, old), byAge(old, twin)]).toEqual([-1, 1]);
  });

  test('that begins later is no help, unless the request can wait as long', () => {
    const candidates = [candidate({ dueAt: NOW + 60 })];
    expect(batch({ candidates }).adoptable(REQUEST)).toBeNull();
    expect(batch({ candidates }).adoptable({ ...REQUEST, delay: 60 })).toBe(candidates[0]);
    expect(batch({ candidates }).adoptable({ ...REQUEST, delay: 59 })).toBeNull();
  });

  test('is of no use to work that must be its own', () => {
    const deploy = parseEnqueueRequest({ ...RAW, tasks: ['network_deploy'] });
    expect(batch({ candidates: [candidate({ tasks: ['network_deploy'] })] }).adoptable(deploy)).toBeNull();
    expect(workKey(deploy)).toBeNull();
    expect(workKeyOfCandidate(candidate({ operationType: 'of_tomorrow_op' }))).toBeNull();
    expect(
      batch({ candidates: [candidate({ operationType: 'of_tomorrow_op' })] }).adoptable(REQUEST),
    ).toBeNull();
  });

  test('whatever it is, one that can be adopted has the key of the work', () => {
    const any = fc.record({
      operationType: fc.constantFrom('net_op', 'node_net_op', 'node_blob_op', 'of_tomorrow_op'),
      tasks: fc.subarray([TASK, 'network_deploy', 'network_apply_update_dnsmasq']),
      columns: fc.record({
        network_uuid: fc.constantFrom(NETWORK, INSTANCE, null),
        node_uuid: fc.constantFrom(NODE, null),
      }),
    });
    const wanted = [REQUEST, parseEnqueueRequest({ ...RAW, target: NODE })];
    fc.assert(
      fc.property(any, fc.constantFrom(...wanted), (more, request) => {
        const one = candidate({ ...more, priority: 'user_waiting' });
        if (canAdopt(one, request, NOW)) expect(workKeyOfCandidate(one)).toBe(workKey(request));
        expect(batch({ candidates: [one] }).adoptable(request)).toBe(
          canAdopt(one, request, NOW) ? one : null,
        );
      }),
    );
  });

  test('on another object or another node has another key', () => {
    const keys = [
      candidate(),
      candidate({ columns: { network_uuid: INSTANCE, node_uuid: null } }),
      candidate({ columns: { network_uuid: NETWORK, node_uuid: NODE } }),
      candidate({ tasks: ['network_apply_update_dnsmasq'] }),
    ].map(workKeyOfCandidate);
    expect(new Set(keys).size).toBe(4);
    expect(keys[0]).toBe(workKeyOfCandidate(candidate({ columns: { network_uuid: NETWORK } })));
  });
});

describe('what was decided before', () => {
  test('is there for those that come after', () => {
    const one = batch();
    one.add({ ...REQUEST, delay: 30 }, OPERATION, '{}');
    const self = { op_type: 'net_op', op_uuid: OPERATION };
    const network = { objectType: 'NETWORK', uuid: NETWORK } as const;
    expect(one.operation(OPERATION)).toEqual({
      ...{ uuid: OPERATION, operationType: 'net_op', createdAt: NOW, state: 'queued', metadataJson: '{}' },
    });
    expect(one.latest(network)).toEqual(self);
    expect(one.active(network)).toEqual([self]);
    expect(one.active({ objectType: 'NETWORK', uuid: NODE })).toEqual([]);
    expect(one.latest({ objectType: 'INSTANCE', uuid: NETWORK })).toBeNull();
    expect(one.adoptable(REQUEST)).toBeNull();
    expect(one.adoptable({ ...REQUEST, delay: 30 })).toMatchObject({ uuid: OPERATION, dueAt: NOW + 30 });
  });

  test('comes after what was there', () => {
    const before = { op_type: 'net_op' as const, op_uuid: NODE };
    const known = new Map([[objectKey('NETWORK', NETWORK), [before]]]);
    const one = batch({ active: known });
    one.add(REQUEST, OPERATION, '{}');
    expect(one.active({ objectType: 'NETWORK', uuid: NETWORK }).map(({ op_uuid }) => op_uuid)).toEqual([
      NODE,
      OPERATION,
    ]);
    expect(known.get(objectKey('NETWORK', NETWORK))).toEqual([before]);
  });

  test('work that must be its own is adopted by nobody', () => {
    const one = batch();
    one.add(parseEnqueueRequest({ ...RAW, tasks: ['network_deploy'] }), OPERATION, '{}');
    expect(one.adoptable(REQUEST)).toBeNull();
  });
});

describe('what is the same for all of a batch', () => {
  test('who drains a queue', () => {
    const off = batch({ cluster: cluster([node({ lastSeen: NOW - 7200 })]) });
    const lane = REQUEST.queue.name;
    expect([off.undrained(lane), off.undrained(lane)]).toEqual([
      'node sf-1 has not checked in for 2h00m',
      'node sf-1 has not checked in for 2h00m',
    ]);
    expect(batch().undrained(lane)).toBeNull();
  });

  test('how a type is written', () => {
    const versions = new Map([['net_op', { published: 2, newest: null }]]);
    const one = batch({ versions });
    expect(one.conventions(REQUEST.type)).toMatchObject({ version: 2, isGuess: false });
    expect(one.conventions(REQUEST.type)).toBe(one.conventions(REQUEST.type));
    expect(batch().conventions(REQUEST.type).isGuess).toBe(true);
  });
});
