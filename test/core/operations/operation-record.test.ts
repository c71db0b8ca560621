import { describe, expect, test } from '@jest/globals';
import { likelyQueues } from '../../../src/core/operations/likely-queues.js';
import {
  createdAtOf,
  decisiveWorkRow,
  relatedBy,
  waitedForBy,
  workRowsOf,
} from '../../../src/core/operations/operation-record.js';
import { NODE, NOW, record, workRow } from './records.js';

test('an operation was made when its header says, else its first target', () => {
  const target = {
    sequenceNumber: 1,
    objectType: 'network',
    uuid: NODE,
    createdAt: NOW - 5,
    observational: false,
  };
  const targets = [target, { ...target, createdAt: NOW }];
  const { header } = record();
  expect(createdAtOf({ header, targets })).toBe(NOW - 60);
  expect(createdAtOf({ header: null, targets })).toBe(NOW - 5);
  expect(createdAtOf({ header: null, targets: [] })).toBeNull();
});

test('the work row that decides is one that is claimed, else the first', () => {
  const [first, claimed] = [workRow({ id: 1 }), workRow({ id: 2, claimedAt: NOW })];
  expect(decisiveWorkRow({ work: { value: [first, claimed] } })).toBe(claimed);
  expect(decisiveWorkRow({ work: { value: [first, workRow({ id: 3 })] } })).toBe(first);
  expect(decisiveWorkRow({ work: { value: [] } })).toBeNull();
  expect(decisiveWorkRow({ work: { unknown: 'too long' } })).toBeNull();
  expect(workRowsOf({ work: { unknown: 'too long' } })).toEqual([]);
});

describe('what an operation waits for', () => {
  const { header } = record();
  const [a, b] = ['a', 'b'].map((op_uuid) => ({ op_type: 'net_op', op_uuid }));
  const waiting = { ...header!, stored: { ...header!.stored, dependsOn: [a!], runsAfter: [b!, a!] } };

  test('is what its header names, in order', () => {
    expect(waitedForBy(waiting)).toEqual(['a', 'b', 'a']);
    expect(waitedForBy(header)).toEqual([]);
    expect(waitedForBy(null)).toEqual([]);
  });

  test('has the state that is known of it', () => {
    const states = new Map([['a', { value: 'queued', since: 5 }]]);
    const known = { uuid: 'a', type: 'net_op', state: 'queued', since: 5 };
    expect(relatedBy(waiting, (uuid) => states.get(uuid) ?? null)).toEqual({
      dependsOn: [{ ...known, kind: 'depends_on' }],
      runsAfter: [
        { uuid: 'b', type: 'net_op', kind: 'runs_after', state: null, since: null },
        { ...known, kind: 'runs_after' },
      ],
    });
    expect(relatedBy(waiting, () => ({ value: null, since: null })).dependsOn).toMatchObject([
      { state: null, since: null },
    ]);
    for (const none of [header, null])
      expect(relatedBy(none, () => null)).toEqual({ dependsOn: [], runsAfter: [] });
  });
});

describe('the queues where its work row is looked for', () => {
  const lanes = (...places: string[]): string[] => places.map((place) => `${place}-background`);

  test.each<[string | null, string | null, string[]]>([
    ['net_op', null, lanes('networknode-clusteroperation')],
    ['net_op', NODE, lanes('networknode-clusteroperation', `${NODE}-network`)],
    ['node_blob_op', NODE, lanes(`${NODE}-clusteroperation`)],
    ['node_blob_op', null, []],
    ['artifact_fetch_op', NODE, lanes('any-clusteroperation', `${NODE}-clusteroperation`)],
    ['of_tomorrow_op', null, lanes('networknode-clusteroperation', 'any-clusteroperation')],
    [
      null,
      NODE,
      lanes(
        ...['networknode-clusteroperation', 'any-clusteroperation'],
        ...[`${NODE}-clusteroperation`, `${NODE}-network`],
      ),
    ],
  ])('of %p on node %p', (type, nodeUuid, queues) => {
    expect(likelyQueues(type, nodeUuid, 'background')).toEqual(queues);
    expect(likelyQueues(type, nodeUuid, null)).toEqual([]);
  });
});
