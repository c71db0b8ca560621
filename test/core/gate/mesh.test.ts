import { describe, expect, test } from '@jest/globals';
import type { NodeFacts } from '../../../src/core/cluster-facts.js';
import { compareMesh, expectedMesh, type MeshPosition, type Placement } from '../../../src/core/gate/mesh.js';

const node = (number: number): NodeFacts => ({
  uuid: `1000000${number}-0000-4000-8000-00000000000${number}`,
  fqdn: `sf-${number}.example`,
  ip: `192.0.2.${number}`,
  lastSeen: 0,
  isNetworkNode: number === 1,
  isHypervisor: true,
  installedVersion: null,
  daemons: new Map(),
});

const nodes = [node(1), node(2), node(3)];
const placement = (...names: string[]): Placement => ({ nodes: new Set(names), unreadable: [] });
const position = (own: number) => ({
  nodes,
  networkNodeAddresses: { value: ['192.0.2.1'] },
  ownAddress: { value: `192.0.2.${own}` },
});

describe('the mesh of a network', () => {
  test('is the network node and the hosts of its instances, without this node', () => {
    const placed = placement('sf-2.example', node(3).uuid.toUpperCase());
    expect(expectedMesh(placed, position(2))).toEqual({ value: new Set(['192.0.2.1', '192.0.2.3']) });
    expect(expectedMesh(placed, position(1))).toEqual({ value: new Set(['192.0.2.2', '192.0.2.3']) });
  });

  test('without instances is the network node', () => {
    expect(expectedMesh(undefined, position(2))).toEqual({ value: new Set(['192.0.2.1']) });
    expect(expectedMesh(undefined, position(1))).toEqual({ value: new Set() });
  });

  test.each([
    [
      'a placement cannot be read',
      { placed: { nodes: new Set<string>(), unreadable: ['i-1'] } },
      'instance i-1',
    ],
    ['a host is not on record', { placed: placement('sf-9.example') }, 'node sf-9.example'],
    [
      'the network node is not known',
      { networkNodeAddresses: { unknown: 'no network node' } },
      'no network node',
    ],
    ['its own address is not known', { ownAddress: { unknown: 'no address' } }, 'no address'],
  ] as [string, Partial<MeshPosition> & { placed?: Placement }, string][])(
    'is unknown where %s',
    (_, given, reason) => {
      const { placed, ...more } = given;
      const expected = expectedMesh(placed, { ...position(2), ...more });
      expect(expected).toEqual({ unknown: expect.stringContaining(reason) });
    },
  );
});

test.each([
  [['a', 'b'], ['b', 'a'], null],
  [['a', 'b'], ['a'], 'missing b'],
  [['a'], ['a', 'd', 'c'], 'extra c, d'],
  [['a', 'b'], ['c'], 'missing a, b; extra c'],
])('expected %j, found %j: %s', (expected, found, drift) => {
  expect(compareMesh(new Set(expected), new Set(found))).toBe(drift);
});
