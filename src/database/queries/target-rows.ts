import type { ClusterFacts } from '../../core/cluster-facts.js';
import { whyUndrained } from '../../core/queue-consumers.js';
import { stuckReason } from '../../core/stuck.js';
import type { TargetRow } from '../../core/target-row.js';
import { readClusterFacts } from './cluster-facts.js';
import type { DatabaseDescription } from '../description.js';
import { operationHeaders, operationStates, type OperationHeader } from './operations.js';
import type { Session } from '../session.js';
import type { Target } from './targets.js';
import { workRowsOf } from './work-queue.js';

/**
 * Adds to targets what their operations hold: tasks, priority, the work row, and why they will not go on, if so. Four
 * statements, however many targets there are; to be run in the snapshot that the targets were read in.
 *
 * @param now unix seconds
 */
export async function targetRows(
  session: Session,
  description: DatabaseDescription,
  targets: readonly Target[],
  now: number,
): Promise<TargetRow[]> {
  if (targets.length === 0) return [];
  const operations = targets.map(({ operationUuid }) => operationUuid);
  const headers = await operationHeaders(session, operations);
  const workRows = await workRowsOf(session, operations);
  const cluster = await readClusterFacts(session, description);
  const dependencies = [...headers.values()].flatMap(dependencyUuids);
  const states = await operationStates(session, description, dependencies);
  return targets.map((target) => {
    const header = headers.get(target.operationUuid);
    const queue = workRows.get(target.operationUuid) ?? null;
    return {
      sequence_number: target.sequenceNumber,
      operation_uuid: target.operationUuid,
      operation_type: target.operationType,
      state: target.state,
      tasks: header?.stored.tasks ?? [],
      priority: header?.priority ?? header?.stored.priority ?? null,
      created_at: target.createdAt,
      age_seconds: Math.max(0, Math.round((now - target.createdAt) * 1000) / 1000),
      target_object_type: target.objectType,
      target_uuid: target.objectUuid,
      queue,
      stuck: stuckReason({
        state: target.state,
        queue,
        isDrained: (queueName) => isDrained(queueName, cluster, now),
        dependencyStates:
          header === undefined ? [] : dependencyUuids(header).map((uuid) => states.get(uuid) ?? null),
        now,
        staleClaimSeconds: cluster.staleClaimSeconds,
      }),
    };
  });
}

function dependencyUuids(header: OperationHeader): string[] {
  return (header.stored.dependsOn ?? []).map(({ op_uuid: uuid }) => uuid);
}

/** Without a single node on record nothing can be said about who drains what. */
function isDrained(queueName: string, cluster: ClusterFacts, now: number): boolean {
  return cluster.nodes.length === 0 || whyUndrained(queueName, cluster, now) === null;
}
