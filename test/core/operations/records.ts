import type { ClusterFacts, NodeFacts } from '../../../src/core/cluster-facts.js';
import type {
  OperationRecord,
  RelatedOperation,
  StateRow,
  WorkRow,
} from '../../../src/core/operations/operation-record.js';
import { readStoredOperation } from '../../../src/core/operations/read-operation.js';

/** The moment of all tests: unix seconds. */
export const NOW = 1_700_000_000;
export const OPERATION = '70000001-0000-4000-8000-000000000001';
export const OTHER = '70000002-0000-4000-8000-000000000002';
export const NODE = '44444444-4444-4444-8444-444444444444';
export const QUEUE = 'networknode-clusteroperation-user_facing';

export function node(more: Partial<NodeFacts> = {}): NodeFacts {
  return {
    uuid: NODE,
    fqdn: 'sf-1',
    ip: '192.0.2.1',
    lastSeen: NOW - 10,
    isNetworkNode: true,
    isHypervisor: true,
    installedVersion: '0.8.0',
    daemons: new Map([
      ['net', 'daemon-running'],
      ['queues', 'daemon-running'],
    ]),
    ...more,
  };
}

export function cluster(nodes: readonly NodeFacts[] = [node()]): ClusterFacts {
  return { nodes, checkinMaximumSeconds: 120, staleClaimSeconds: 1800 };
}

export function workRow(more: Partial<WorkRow> = {}): WorkRow {
  return {
    id: 1,
    queueName: QUEUE,
    scheduledAt: NOW - 60,
    claimedAt: null,
    claimedBy: null,
    attempts: 0,
    deferCount: 0,
    ...more,
  };
}

export function related(state: string | null, more: Partial<RelatedOperation> = {}): RelatedOperation {
  return {
    uuid: OTHER,
    type: 'net_op',
    kind: 'depends_on',
    state,
    since: state === null ? null : NOW - 60,
    ...more,
  };
}

export function state(value: string | null, more: Partial<StateRow> = {}): StateRow {
  return { value, since: NOW - 60, message: null, ...more };
}

/** A queued operation, a minute old, whose turn has come. */
export function record(more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    uuid: OPERATION,
    type: 'net_op',
    header: {
      createdAt: NOW - 60,
      priority: 'user_facing',
      nodeUuid: null,
      stored: readStoredOperation(null),
      metadataJson: '{}',
    },
    state: state('queued'),
    work: { value: [workRow()] },
    targets: [],
    dependsOn: [],
    runsAfter: [],
    requiredBy: { value: [] },
    error: null,
    ...more,
  };
}
