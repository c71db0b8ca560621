import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../../src/core/errors.js';
import { OPERATION_TYPES, operationType } from '../../../src/core/operations/catalogue.js';
import { queueOf, type RoutingWish } from '../../../src/core/operations/routing.js';
import { NODE, OTHER_NODE } from './requests.js';

const NOTHING: RoutingWish = { target: null, family: null, ownNode: null, tasks: [] };

function queue(type: string, wish: Partial<RoutingWish> = {}): string {
  return queueOf(operationType(type), { ...NOTHING, ...wish }, 'background').name;
}

describe('the queue of an operation', () => {
  test.each<[string, Partial<RoutingWish>, string]>([
    ['artifact_fetch_op', {}, 'any-clusteroperation-background'],
    ['artifact_fetch_op', { target: 'any' }, 'any-clusteroperation-background'],
    ['artifact_fetch_op', { target: NODE }, `${NODE}-clusteroperation-background`],
    ['net_ip_op', {}, 'networknode-clusteroperation-background'],
    ['net_op', {}, 'networknode-clusteroperation-background'],
    [
      'net_op',
      { target: 'networknode', family: 'clusteroperation' },
      'networknode-clusteroperation-background',
    ],
    ['net_op', { target: NODE }, `${NODE}-network-background`],
    [
      'net_op',
      { target: NODE, family: 'network', tasks: ['network_ensure_mesh'] },
      `${NODE}-network-background`,
    ],
    ['net_op', { target: NODE.replaceAll('-', '').toUpperCase() }, `${NODE}-network-background`],
    ['node_blob_op', { ownNode: NODE }, `${NODE}-clusteroperation-background`],
    ['node_blob_op', { ownNode: NODE, target: NODE }, `${NODE}-clusteroperation-background`],
  ])('%s %j → %s', (type, wish, name) => {
    expect(queue(type, wish)).toBe(name);
  });

  test.each<[string, Partial<RoutingWish>, string]>([
    ['node_blob_op', { ownNode: NODE, target: OTHER_NODE }, `contradicts node_uuid "${NODE}"`],
    ['node_blob_op', { ownNode: NODE, target: 'any' }, 'a node_blob_op runs on its own node'],
    ['net_ip_op', { target: NODE }, '(allowed: networknode in family clusteroperation)'],
    [
      'artifact_fetch_op',
      { target: 'networknode' },
      "(allowed: any in family clusteroperation, a node's uuid in",
    ],
    ['net_op', { target: 'own-node' }, 'target "own-node" is not where a net_op can go'],
    ['net_op', { target: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' }, 'is not where a net_op can go'],
    ['net_op', { target: 7 }, 'target 7 is not where a net_op can go'],
    ['net_op', { family: 'network' }, 'family "network" does not go with the default target of a net_op'],
    ['net_op', { target: 'networknode', family: 'network' }, 'does not go with target "networknode"'],
    ['net_op', { family: 'networks' }, '"networks" is not a family (allowed: clusteroperation, network)'],
    ['node_blob_op', { ownNode: NODE, family: 'network' }, 'does not go with the default target'],
  ])('%s %j is refused', (type, wish, message) => {
    expect(() => queue(type, wish)).toThrow(UsageError);
    expect(() => queue(type, wish)).toThrow(message);
  });

  test.each(operationType('net_op').coalescing?.tasks ?? [])(
    '%s on a node goes to sf-net and nowhere else',
    (task) => {
      expect(() => queue('net_op', { target: NODE, family: 'clusteroperation', tasks: [task] })).toThrow(
        `${task} is folded by node, which only sf-net does safely`,
      );
    },
  );

  test('is one that a daemon drains, whatever is wished for', () => {
    const drained = /^(([0-9a-f-]{36}|any|networknode)-clusteroperation|[0-9a-f-]{36}-network)-background$/;
    const target = fc.constantFrom(null, 'any', 'networknode', NODE, OTHER_NODE, 'x');
    const family = fc.constantFrom(null, 'clusteroperation', 'network', 'x');
    fc.assert(
      fc.property(fc.constantFrom(...OPERATION_TYPES), target, family, (type, target, family) => {
        try {
          expect(queueOf(type, { target, family, ownNode: NODE, tasks: [] }, 'background').name).toMatch(
            drained,
          );
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      }),
    );
  });
});
