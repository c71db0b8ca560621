import { expect, test } from '@jest/globals';
import {
  summarizeQueue,
  summarizeTargets,
  worstQueueFirst,
  type CountedQueue,
} from '../../../src/core/operations/queue-summary.js';
import { cluster, node, NODE, NOW, QUEUE } from './records.js';

const counted = (more: Partial<CountedQueue> = {}): CountedQueue => ({
  queueName: QUEUE,
  ready: 3,
  deferred: 2,
  claimed: 1,
  staleClaims: 0,
  oldestDueAt: NOW - 60,
  isMore: false,
  ...more,
});

test('a queue that is drained: stuck are stale claims only', () => {
  expect(summarizeQueue(counted({ staleClaims: 1 }), cluster(), NOW)).toMatchObject({
    drained: true,
    stuck: 1,
    reason: null,
    consumers: [{ daemon: 'net', problem: null }],
    name: { target: 'networknode' },
  });
});

test('one that nobody drains: all that waits there is stuck', () => {
  expect(summarizeQueue(counted({ queueName: 'x', staleClaims: 1 }), cluster(), NOW)).toMatchObject({
    drained: false,
    stuck: 6,
    name: null,
    consumers: [],
    reason: 'no daemon looks for a queue of this name',
  });
  const silent = cluster([node({ lastSeen: null })]);
  expect(summarizeQueue(counted(), silent, NOW)).toMatchObject({
    drained: false,
    stuck: 5,
    consumers: [{ daemon: 'net' }],
  });
});

test('without a node on record nobody can tell', () => {
  expect(summarizeQueue(counted(), cluster([]), NOW)).toMatchObject({
    drained: null,
    stuck: 0,
    reason: null,
  });
});

test('the worst first, and sums by node', () => {
  const summary = (more: Partial<CountedQueue>) => summarizeQueue(counted(more), cluster(), NOW);
  const [young, old, stuck, empty] = [
    summary({ queueName: `${NODE}-clusteroperation-background` }),
    summary({ oldestDueAt: NOW - 600 }),
    summary({ queueName: 'x', oldestDueAt: NOW }),
    summary({ queueName: `${NODE}-network-background`, ready: 0, deferred: 0, oldestDueAt: null }),
  ];
  expect([empty, young, old, stuck].sort(worstQueueFirst)).toEqual([stuck, old, young, empty]);
  expect(summarizeTargets([young, old, stuck, empty])).toEqual([
    { target: NODE, queues: 2, ready: 3, deferred: 2, claimed: 2, stuck: 0 },
    { target: 'networknode', queues: 1, ready: 3, deferred: 2, claimed: 1, stuck: 0 },
    { target: null, queues: 1, ready: 3, deferred: 2, claimed: 1, stuck: 5 },
  ]);
});
