import { describe, expect, test } from '@jest/globals';
import type { NodeFacts } from '../../../src/core/cluster-facts.js';
import { identifyThisNode, type ThisNodeSettings } from '../../../src/core/gate/this-node.js';

const UUID = '10000001-0000-4000-8000-000000000001';

const node = (fqdn: string, more: Partial<NodeFacts> = {}): NodeFacts => ({
  uuid: UUID,
  fqdn,
  ip: '192.0.2.1',
  lastSeen: 0,
  isNetworkNode: true,
  isHypervisor: true,
  installedVersion: null,
  daemons: new Map(),
  ...more,
});

const settings = (more: Partial<ThisNodeSettings> = {}): ThisNodeSettings => ({
  uuid: { value: null },
  names: ['laptop'],
  isNetworkNode: null,
  meshAddress: null,
  networkNodeAddress: null,
  storagePath: '/srv/shakenfist',
  ...more,
});

describe('this machine is a node of the cluster', () => {
  test.each([
    ['by its own uuid', settings({ uuid: { value: UUID } })],
    ['by its full name', settings({ names: ['sf-1.example'] })],
    ['by the short name that only one node has', settings({ names: ['sf-1'] })],
    [
      'by name, although the file with its uuid is closed',
      settings({ uuid: { unknown: 'EACCES' }, names: ['sf-1'] }),
    ],
  ])('%s', (_, own) => {
    const found = identifyThisNode(own, [node('sf-1.example')]);
    expect(found).toMatchObject({
      isNode: { value: true },
      isNetworkNode: { value: true },
      ownAddress: { value: '192.0.2.1' },
      networkNodeAddresses: { value: ['192.0.2.1'] },
    });
  });

  test('and what its configuration says goes before what is on record', () => {
    const own = settings({
      names: ['sf-1'],
      isNetworkNode: false,
      meshAddress: '10.9.9.9',
      networkNodeAddress: '10.9.9.1',
    });
    expect(identifyThisNode(own, [node('sf-1.example')])).toMatchObject({
      isNetworkNode: { value: false },
      ownAddress: { value: '10.9.9.9' },
      networkNodeAddresses: { value: ['10.9.9.1'] },
    });
  });

  test('and no node is on record: what the configuration does not say is unknown', () => {
    const found = identifyThisNode(settings({ uuid: { value: UUID } }), []);
    expect(found.isNode).toEqual({ value: true });
    for (const one of [found.isNetworkNode, found.ownAddress]) {
      expect(one).toEqual({ unknown: expect.stringContaining(`node ${UUID} is not on record`) });
    }
    expect(found.networkNodeAddresses).toEqual({ unknown: 'no node on record is the network node' });
  });
});

describe('this machine', () => {
  test('may be a node of another cluster, where the others are on record and it is not', () => {
    const own = settings({ uuid: { value: UUID.replace('1', '2') } });
    expect(identifyThisNode(own, [node('sf-1.example')]).isNode).toEqual({
      unknown: `node ${UUID.replace('1', '2')} is not on record`,
    });
  });

  test('is none where nothing says so', () => {
    expect(identifyThisNode(settings(), [node('sf-1.example')]).isNode).toEqual({ value: false });
  });

  test('is none by a short name that two nodes begin with', () => {
    const nodes = [node('sf-1.a'), node('sf-1.b', { uuid: UUID.replace('1', '2') })];
    expect(identifyThisNode(settings({ names: ['sf-1'] }), nodes).isNode).toEqual({ value: false });
  });

  test('may be one where the file that would say so cannot be read', () => {
    expect(identifyThisNode(settings({ uuid: { unknown: 'EACCES' } }), []).isNode).toEqual({
      unknown: 'EACCES',
    });
  });
});
