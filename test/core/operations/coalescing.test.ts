import { describe, expect, test } from '@jest/globals';
import { canAdopt, coalescingKey, type Candidate } from '../../../src/core/operations/coalescing.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { isAtLeastAsUrgent, PRIORITIES, PRIORITY_NAMES } from '../../../src/core/operations/priority.js';
import { INSTANCE, NETWORK, NODE, OPERATION, OTHER_NODE } from './requests.js';

const TASK = 'network_apply_update_dnsmasq';
const RAW = { operation_type: 'net_op', network_uuid: NETWORK, tasks: [TASK] };
const WANTED = parseEnqueueRequest(RAW);
const WANTED_ON_NODE = parseEnqueueRequest({ ...RAW, target: NODE });

const CANDIDATE: Candidate = {
  uuid: OPERATION,
  operationType: 'net_op',
  state: 'queued',
  tasks: [TASK],
  priority: 'user_facing',
  columns: { network_uuid: NETWORK, node_uuid: null },
  dueAt: 1000,
  createdAt: 1_700_000_000,
};

describe('the key of a coalescible operation', () => {
  test('is its task, network and node', () => {
    expect(coalescingKey(WANTED)).toEqual({
      task: TASK,
      columns: { network_uuid: NETWORK, node_uuid: null },
    });
    expect(coalescingKey(WANTED_ON_NODE)?.columns).toEqual({ network_uuid: NETWORK, node_uuid: NODE });
  });

  test.each([
    ['another task', { ...RAW, tasks: ['network_deploy'] }],
    ['two tasks', { ...RAW, tasks: [TASK, 'network_ensure_mesh'] }],
    ['a dependency', { ...RAW, depends_on: [`net_op:${OPERATION}`] }],
    ['a predecessor', { ...RAW, runs_after: ['latest'] }],
    [
      'another type',
      { operation_type: 'node_net_op', node_uuid: NODE, network_uuid: NETWORK, tasks: ['network_destroy'] },
    ],
  ])('does not exist with %s', (_, raw) => {
    expect(coalescingKey(parseEnqueueRequest(raw))).toBeNull();
  });
});

describe('adopting', () => {
  test('what does the same work, no later', () => {
    expect(canAdopt(CANDIDATE, WANTED, 2000)).toBe(true);
    expect(canAdopt({ ...CANDIDATE, priority: 'user_waiting' }, WANTED, 2000)).toBe(true);
    expect(
      canAdopt({ ...CANDIDATE, columns: { network_uuid: NETWORK, node_uuid: NODE } }, WANTED_ON_NODE, 2000),
    ).toBe(true);
  });

  test.each<[string, Partial<Candidate>]>([
    ['an orphan', { dueAt: null }],
    ['one that executes', { state: 'executing' }],
    ['one without a state', { state: null }],
    ['another type', { operationType: 'node_net_op' }],
    ['another task', { tasks: ['network_ensure_mesh'] }],
    ['more tasks', { tasks: [TASK, 'network_ensure_mesh'] }],
    ['no task', { tasks: [] }],
    ['a slower lane', { priority: 'background' }],
    ['an unknown lane', { priority: 'whenever' }],
    ['no lane', { priority: null }],
    ['another network', { columns: { network_uuid: INSTANCE, node_uuid: null } }],
    ["a node's work for the cluster's", { columns: { network_uuid: NETWORK, node_uuid: NODE } }],
  ])('not %s', (_, difference) => {
    expect(canAdopt({ ...CANDIDATE, ...difference }, WANTED, 2000)).toBe(false);
  });

  test("not the cluster's work, or another node's, for a node's", () => {
    expect(canAdopt(CANDIDATE, WANTED_ON_NODE, 2000)).toBe(false);
    const elsewhere = { ...CANDIDATE, columns: { network_uuid: NETWORK, node_uuid: OTHER_NODE } };
    expect(canAdopt(elsewhere, WANTED_ON_NODE, 2000)).toBe(false);
  });

  test('nothing for an operation that must be its own', () => {
    const deploy = parseEnqueueRequest({ ...RAW, tasks: ['network_deploy'] });
    expect(canAdopt({ ...CANDIDATE, tasks: ['network_deploy'] }, deploy, 2000)).toBe(false);
  });
});

test('priorities are listed the most urgent first, and compare by their numbers', () => {
  expect(PRIORITIES).toEqual({
    user_waiting: 10,
    user_facing: 20,
    user_facing_high_io: 25,
    background: 30,
    background_high_io: 40,
  });
  for (const [offered, offeredName] of PRIORITY_NAMES.entries()) {
    for (const [wanted, wantedName] of PRIORITY_NAMES.entries()) {
      expect(isAtLeastAsUrgent(offeredName, wantedName)).toBe(offered <= wanted);
    }
  }
});
