import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FAMILIES } from '../../src/core/operations/operation-type.js';
import { PRIORITY_NAMES } from '../../src/core/operations/priority.js';
import { parseQueueName, queueName } from '../../src/core/operations/queue-name.js';
import {
  consumerProblem,
  consumersOf,
  consumerSentence,
  undrainedSentence,
  whyUndrained,
  type Undrained,
} from '../../src/core/queue-consumers.js';
import { cluster, node, NODE, NOW } from './operations/records.js';

const OTHER_NODE = '55555555-5555-4555-8555-555555555555';
const networkNode = node();
const hypervisor = node({ uuid: OTHER_NODE, fqdn: 'sf-2', isNetworkNode: false });
const silent = { lastSeen: NOW - 121 };
const without = (daemon: string): { daemons: Map<string, string> } => ({
  daemons: new Map(
    [
      ['net', 'daemon-running'],
      ['queues', 'daemon-running'],
    ].filter(([name]) => name !== daemon) as [string, string][],
  ),
});
const why = (name: string, ...nodes: Parameters<typeof cluster>[0] & object): Undrained | null =>
  whyUndrained(`${name}-user_facing`, cluster(nodes), NOW);

test('the parts of a name can be told apart again, and nothing else is a name', () => {
  const target = fc.oneof(fc.constant('any'), fc.constant('networknode'), fc.uuid());
  fc.assert(
    fc.property(
      target,
      fc.constantFrom(...FAMILIES),
      fc.constantFrom(...PRIORITY_NAMES),
      (to, family, priority) => {
        const name = queueName(to, family, priority);
        expect(parseQueueName(name)).toEqual({ target: to, family, priority });
        for (const broken of [`x${name}`, `${name}x`, name.toUpperCase()])
          expect(parseQueueName(broken)).toBeNull();
      },
    ),
  );
});

describe('who takes work from a queue', () => {
  test.each([
    ['any-clusteroperation', ['queues on sf-1', 'queues on sf-2']],
    ['networknode-clusteroperation', ['net on sf-1']],
    [`${NODE}-clusteroperation`, ['queues on sf-1']],
    [`${OTHER_NODE}-clusteroperation`, ['queues on sf-2']],
    [`${OTHER_NODE}-network`, ['net on sf-2']],
  ])('%s', (name, expected) => {
    const found = consumersOf(`${name}-background`, cluster([networkNode, hypervisor]), NOW);
    const consumers = 'consumers' in found ? found.consumers : [];
    expect(consumers.map(({ daemon, node: { fqdn } }) => `${daemon} on ${fqdn}`)).toEqual(expected);
    expect(consumers.every(({ problem }) => problem === null)).toBe(true);
    expect(why(name, networkNode, hypervisor)).toBeNull();
  });

  test.each<[string, Undrained['cause'], string]>([
    ['any-network', 'family_needs_node', 'own uuid'],
    ['networknode-network', 'family_needs_node', 'own uuid'],
    ['sf-1-clusteroperation', 'unknown_name', 'no daemon looks for'],
    ['any-other', 'unknown_name', 'no daemon looks for'],
    [`${OTHER_NODE}-clusteroperation`, 'no_such_node', OTHER_NODE],
  ])('nobody can: %s', (name, cause, said) => {
    const undrained = why(name, networkNode);
    expect(undrained?.cause).toBe(cause);
    expect(undrainedSentence(undrained!)).toContain(said);
  });

  test('nobody can, without nodes or without a network node', () => {
    expect(undrainedSentence(why('any-clusteroperation')!)).toBe('there is no node');
    expect(undrainedSentence(why('networknode-clusteroperation')!)).toBe('there is no node');
    expect(undrainedSentence(why('networknode-clusteroperation', hypervisor)!)).toBe(
      'there is no network node',
    );
    expect(why('any-clusteroperation', hypervisor)).toBeNull();
  });

  test('one that runs is enough; where none does, each says why', () => {
    const gone = node({ ...silent, uuid: OTHER_NODE, fqdn: 'sf-2' });
    expect(why('any-clusteroperation', networkNode, gone)).toBeNull();
    expect(why('any-clusteroperation', gone, networkNode)).toBeNull();
    const undrained = why('any-clusteroperation', node(without('queues')), gone);
    expect(undrained).toMatchObject({
      cause: 'no_consumer_runs',
      consumers: [
        { node: { fqdn: 'sf-1' }, problem: { kind: 'not_reported' } },
        { node: { fqdn: 'sf-2' }, problem: { kind: 'not_seen', seenSecondsAgo: 121, limitSeconds: 120 } },
      ],
    });
    expect(undrainedSentence(undrained!)).toBe(
      'sf-queues does not run on node sf-1; node sf-2 has not checked in for 2m01s',
    );
  });
});

describe('why a daemon takes no work', () => {
  const problem = (more: Parameters<typeof node>[0], daemon: 'net' | 'queues' = 'net'): unknown =>
    consumerProblem(node(more), daemon, cluster(), NOW);

  test('the limit of a check-in is still in time, a clock ahead too', () => {
    expect(problem({ lastSeen: NOW - 120 })).toBeNull();
    expect(problem({ lastSeen: NOW - 120.01 })).toMatchObject({ kind: 'not_seen' });
    expect(problem({ lastSeen: NOW + 3600 })).toBeNull();
    expect(problem({ lastSeen: null })).toEqual({
      kind: 'not_seen',
      seenSecondsAgo: null,
      limitSeconds: 120,
    });
  });

  test('where a node reports on no daemon at all, they are believed to run; on others only, not', () => {
    expect(problem({ daemons: new Map() })).toBeNull();
    expect(problem(without('net'))).toEqual({ kind: 'not_reported' });
    expect(problem(without('net'), 'queues')).toBeNull();
  });

  test.each(['net', 'sf-net'])('%s: what it says of itself counts', (name) => {
    for (const value of ['daemon-running', 'daemon-starting', null])
      expect(problem({ daemons: new Map([[name, value]]) })).toBeNull();
    for (const value of ['daemon-stopped', 'daemon-stopping'])
      expect(problem({ daemons: new Map([[name, value]]) })).toEqual({ kind: 'stopped', value });
  });

  test('in words', () => {
    const said = (value: Parameters<typeof consumerSentence>[0]['problem']): string =>
      consumerSentence({ node: networkNode, daemon: 'net', problem: value });
    expect(said(null)).toBe('sf-net runs on sf-1');
    expect(said({ kind: 'stopped', value: 'daemon-stopped' })).toBe('sf-net on node sf-1 is stopped');
    expect(said({ kind: 'not_reported' })).toBe('sf-net does not run on node sf-1');
    expect(said({ kind: 'not_seen', seenSecondsAgo: null, limitSeconds: 120 })).toBe(
      'node sf-1 has never checked in',
    );
  });
});
