import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStoredOperation } from '../../../src/core/operations/read-operation.js';
import { NODE, OPERATION } from './requests.js';

const NOTHING = {
  uuid: null,
  fields: {},
  priority: null,
  requestId: null,
  tasks: [],
  dependsOn: null,
  runsAfter: null,
  version: null,
};

describe('reading a stored operation for display', () => {
  test('takes what a newer cluster writes', () => {
    const text = JSON.stringify({
      uuid: OPERATION,
      vlan_uuid: NODE,
      priority: 'whenever',
      tasks: ['teleport'],
      depends_on: [{ op_type: 'vlan_op', op_uuid: NODE }],
      version: 9,
    });
    expect(readStoredOperation(text)).toEqual({
      uuid: OPERATION,
      fields: { vlan_uuid: NODE },
      priority: 'whenever',
      requestId: null,
      tasks: ['teleport'],
      dependsOn: [{ op_type: 'vlan_op', op_uuid: NODE }],
      runsAfter: null,
      version: 9,
      unreadable: [],
    });
  });

  test.each([null, '', 'null', '{', '[]', '7', '"x"'])('of %j there is nothing to read', (text) => {
    expect(readStoredOperation(text)).toEqual({ ...NOTHING, unreadable: ['metadata_json'] });
  });

  test('takes what can be read, and names the rest', () => {
    const text = JSON.stringify({
      uuid: 7,
      priority: 20,
      request_id: [],
      tasks: ['network_deploy', 3],
      depends_on: 'net_op',
      runs_after: [{ op_type: 'net_op', op_uuid: NODE }, { op_type: 'net_op', op_uuid: 'x' }, null],
      version: '3',
    });
    expect(readStoredOperation(text)).toEqual({
      ...NOTHING,
      tasks: ['network_deploy'],
      runsAfter: [{ op_type: 'net_op', op_uuid: NODE }],
      unreadable: ['uuid', 'priority', 'request_id', 'tasks', 'depends_on', 'runs_after', 'version'],
    });
  });

  test('an absent key is merely unset', () => {
    expect(readStoredOperation('{}')).toEqual({ ...NOTHING, unreadable: [] });
  });

  test('never throws', () => {
    const keys = fc.constantFrom(
      'uuid',
      'priority',
      'request_id',
      'tasks',
      'depends_on',
      'runs_after',
      'version',
    );
    const stored = fc.dictionary(fc.oneof(keys, fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          stored.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(Array.isArray(readStoredOperation(text).unreadable)).toBe(true);
        },
      ),
    );
  });
});
