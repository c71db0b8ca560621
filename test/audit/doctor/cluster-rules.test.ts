import { describe, expect, test } from '@jest/globals';
import { cluster, diagnose, NETWORK_NODE, node, NOW, remedyOf, says } from './site.js';
import type { NodeFacts } from '../../../src/core/cluster-facts.js';

const of = (...nodes: NodeFacts[]): { cluster: ReturnType<typeof cluster> } => ({
  cluster: cluster(...nodes),
});
const daemons = (...values: [string, string | null][]): { daemons: NodeFacts['daemons'] } => ({
  daemons: new Map(values),
});

describe('nodes', () => {
  test.each<[string, Partial<NodeFacts>, string]>([
    ['at the limit', { lastSeen: NOW - 120 }, 'pass: 2 registered, all seen recently.'],
    [
      'past it',
      { lastSeen: NOW - 7200 },
      'warning: 1 of 2 nodes do not check in. hyp1 was last seen 2h00m ago.',
    ],
    ['never', { lastSeen: null }, 'warning: 1 of 2 nodes do not check in. hyp1 never checked in.'],
  ])('one seen %s', (_, change, said) => {
    expect(says('nodes', of(NETWORK_NODE, node('hyp1', change)))).toBe(said);
  });

  test('the finding is about the nodes that are gone', () => {
    const topics = of(NETWORK_NODE, node('hyp1', { lastSeen: null }));
    expect(diagnose(topics).find(({ id }) => id === 'nodes')!.subjects).toEqual([
      { type: 'node', uuid: 'hyp1-uuid', name: 'hyp1' },
    ]);
    expect(remedyOf('nodes', topics)).toContain('Start the daemons');
  });

  test('none at all is most likely the wrong database', () => {
    expect(says('nodes', of())).toBe('warning: No node is registered.');
    expect(remedyOf('nodes', of())).toContain('--database');
    expect(says('daemons', of())).toBeNull();
    expect(says('network-node', of())).toBeNull();
  });
});

describe('daemons', () => {
  test('of living nodes only, by the names that systemd knows', () => {
    const stopped = node('hyp1', daemons(['queues', 'daemon-stopped'], ['sf-api', 'daemon-stopping']));
    const gone = node('hyp2', { ...daemons(['queues', 'daemon-stopped']), lastSeen: null });
    expect(says('daemons', of(NETWORK_NODE, stopped, gone))).toBe(
      'warning: 2 daemons are stopped on hyp1. On hyp1: sf-queues, sf-api.',
    );
    expect(remedyOf('daemons', of(stopped))).toBe("On hyp1: systemctl status 'sf-*'");
    expect(remedyOf('daemons', of(stopped, node('hyp3', daemons(['queues', 'daemon-stopped']))))).toContain(
      'systemctl start',
    );
  });

  test('one that is not reported on is believed to run', () => {
    expect(says('daemons', of(node('hyp1', daemons(['queues', null]))))).toBe('pass: No daemon is stopped.');
    expect(says('daemons', of(node('hyp1', daemons(['queues', 'daemon-stopped']))))).toBe(
      'warning: 1 daemon is stopped on hyp1. On hyp1: sf-queues.',
    );
  });
});

describe('the network node', () => {
  test.each<[string, NodeFacts[], string]>([
    ['runs', [NETWORK_NODE, node('hyp1')], 'pass: net1 is the network node.'],
    ['does not exist', [node('hyp1')], 'error: There is no network node.'],
    [
      'exists twice',
      [NETWORK_NODE, node('net2', { isNetworkNode: true })],
      'error: There are 2 network nodes: net1, net2.',
    ],
    [
      'is gone',
      [{ ...NETWORK_NODE, lastSeen: NOW - 3600 }],
      'error: node net1 has not checked in for 1h00m.',
    ],
    [
      'has stopped sf-net',
      [{ ...NETWORK_NODE, ...daemons(['net', 'daemon-stopped']) }],
      'error: sf-net on node net1 is stopped.',
    ],
    [
      'runs no sf-net',
      [{ ...NETWORK_NODE, ...daemons(['queues', 'daemon-running']) }],
      'error: sf-net does not run on node net1.',
    ],
  ])('%s', (_, nodes, said) => {
    expect(says('network-node', of(...nodes))).toBe(said);
    if (said.startsWith('error')) expect(remedyOf('network-node', of(...nodes))).toMatch(/\w/);
  });
});
