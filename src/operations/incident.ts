import type { ClusterFacts } from '../core/cluster-facts.js';
import { blockerOf, isStuck, type Blocker } from '../core/operations/blocker.js';
import type { Lifetime } from '../core/operations/lifetime.js';
import type { OperationGraph } from '../core/operations/operation-graph.js';
import { createdAtOf, type OperationRecord } from '../core/operations/operation-record.js';
import { summarizeQueue, worstQueueFirst, type QueueSummary } from '../core/operations/queue-summary.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { operationsFailedSince } from '../database/queries/failed-operations.js';
import { readObjectType } from '../database/known-types.js';
import { readRecords } from '../database/queries/operation-records.js';
import { readQueues } from '../database/queries/queues.js';
import { activeTargets } from '../database/queries/targets.js';
import type { Session } from '../database/session.js';
import { readOperationGraph } from './graph.js';
import { readTimeline } from './timeline.js';

/** An operation and why it does not go on. */
export interface TroubledOperation {
  record: OperationRecord;
  blocker: Blocker;
}

/** What went wrong in a stretch of time, and what is wrong now. Times are unix seconds. */
export interface Incident {
  since: number;
  now: number;
  /** The latest first. */
  failed: readonly TroubledOperation[];
  /** Active operations that will not go on by themselves, the oldest first. */
  stuck: readonly TroubledOperation[];
  /** Active operations in all, stuck ones included. */
  pending: number;
  queues: readonly QueueSummary[];
  /** Of the objects that something failed or is stuck on, those with most of it. */
  timelines: readonly { subject: { objectType: string; uuid: Uuid }; lifetimes: readonly Lifetime[] }[];
  /** Who waits for whom, around what failed and what is stuck; null where nobody waits. */
  graph: OperationGraph | null;
  cluster: ClusterFacts;
  /** What was not looked at, in sentences. */
  unseen: readonly string[];
}

const FAILED_AT_MOST = 1_000;
const ACTIVE_AT_MOST = 5_000;
const OBJECTS = 6;
const LIFETIMES = 30;
/** Operations around which dependencies are looked for. */
const ASKED_AT_MOST = 200;

/** Everything about an incident that the tables of operations tell; to be run in one snapshot. */
export async function readIncident(
  session: Session,
  description: DatabaseDescription,
  since: number,
  now: number,
): Promise<Incident> {
  const { uuids: failedUuids, isWhole } = await operationsFailedSince(
    session,
    description,
    since,
    FAILED_AT_MOST,
  );
  const targets = await activeTargets(session, description, { typeName: null });
  const active = [...new Set(targets.map(({ operationUuid }) => operationUuid))];
  const looked = active.slice(0, ACTIVE_AT_MOST);
  const { records, cluster } = await readRecords(session, description, [...looked, ...failedUuids], now);
  const troubledOf = (uuids: readonly Uuid[]): TroubledOperation[] =>
    uuids
      .map((uuid) => records.get(uuid))
      .filter((record) => record !== undefined)
      .map((record) => ({ record, blocker: blockerOf(record, cluster, now) }));
  const failed = troubledOf(failedUuids);
  const pending = troubledOf(looked);
  const stuck = pending.filter(({ blocker }) => isStuck(blocker)).sort(oldestFirst);
  const troubled = [...failed, ...stuck];
  return {
    ...{ since, now, failed, stuck, pending: active.length, cluster },
    queues: (await readQueues(session, now, cluster.staleClaimSeconds))
      .map((queue) => summarizeQueue(queue, cluster, now))
      .sort(worstQueueFirst),
    timelines: await timelinesOf(session, description, troubled, since, now),
    graph: await graphOf(session, description, troubled),
    unseen: [
      ...(isWhole ? [] : [`There are more failures than the ${failed.length} that are listed.`]),
      ...(active.length > looked.length
        ? [`Of ${active.length} active operations the ${looked.length} oldest were looked at.`]
        : []),
    ],
  };
}

function oldestFirst(a: TroubledOperation, b: TroubledOperation): number {
  return (createdAtOf(a.record) ?? 0) - (createdAtOf(b.record) ?? 0);
}

async function timelinesOf(
  session: Session,
  description: DatabaseDescription,
  troubled: readonly TroubledOperation[],
  since: number,
  now: number,
): Promise<Incident['timelines']> {
  const counts = new Map<string, { objectType: string; uuid: Uuid; count: number }>();
  for (const { record } of troubled) {
    for (const { objectType, uuid } of record.targets) {
      const key = `${objectType}/${uuid}`;
      counts.set(key, { objectType, uuid, count: (counts.get(key)?.count ?? 0) + 1 });
    }
  }
  const most = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, OBJECTS);
  const timelines = [];
  for (const { objectType, uuid } of most) {
    const reference = { typeName: readObjectType(objectType, description), uuid };
    // What is stuck may be older than the stretch of time, and belongs to it.
    const oldest = troubled
      .filter(({ record }) => record.targets.some((target) => target.uuid === uuid))
      .reduce((least, { record }) => Math.min(least, createdAtOf(record) ?? since), since);
    const lifetimes = await readTimeline(session, description, reference, {
      since: oldest,
      limit: LIFETIMES,
      now,
    });
    timelines.push({ subject: { objectType, uuid }, lifetimes });
  }
  return timelines;
}

async function graphOf(
  session: Session,
  description: DatabaseDescription,
  troubled: readonly TroubledOperation[],
): Promise<OperationGraph | null> {
  const asked = troubled.slice(0, ASKED_AT_MOST).map(({ record }) => record.uuid);
  const graph = await readOperationGraph(session, description, asked);
  const linked = new Set(graph.edges.flatMap(({ from, to }) => [from, to]));
  if (linked.size === 0) return null;
  return { ...graph, nodes: graph.nodes.filter(({ uuid }) => linked.has(uuid)) };
}
