import type { ClusterFacts } from '../core/cluster-facts.js';
import type { Names } from '../core/names.js';
import { blockerOf } from '../core/operations/blocker.js';
import {
  chainOf,
  holding,
  waitingGraph,
  type ChainLink,
  type ExplainedOperation,
  type QueuePosition,
} from '../core/operations/explanation.js';
import type { OperationRecord } from '../core/operations/operation-record.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { readRecords, type Records } from '../database/queries/operation-records.js';
import { queuePosition } from '../database/queries/queue-position.js';
import type { Session } from '../database/session.js';

/** Why an operation does not go on, with all that bears on it. */
export interface OperationExplanation extends ExplainedOperation {
  readonly chain: readonly ChainLink[];
  /** Null where it is not waiting for its turn, or many were asked about. */
  readonly position: QueuePosition | null;
}

export interface ExplainedOperations {
  readonly explanations: readonly OperationExplanation[];
  /** Those of which no row is left. */
  readonly gone: readonly Uuid[];
  readonly cluster: ClusterFacts;
  readonly names: Names;
}

/** How far a chain is followed: operations, and steps from the one that was asked about. */
const MOST_IN_CHAINS = 2_000;
const LONGEST_CHAIN = 50;
/** With more operations than that, their places in the queues are not looked up. */
const POSITIONS_AT_MOST = 20;

/**
 * Explains operations: their own rows, what they wait for, what that waits for, and so on. Two round trips for each step
 * of the longest chain; to be run in a snapshot.
 *
 * @param now unix seconds
 */
export async function explainOperations(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
  now: number,
  options: { positions?: boolean } = {},
): Promise<ExplainedOperations> {
  const first = await readRecords(session, description, uuids, now, { named: true });
  const { records, names } = await followChains(session, description, first, now);
  const graph = waitingGraph(records.values());
  const known = new Map<Uuid, ExplainedOperation>();
  for (const record of records.values())
    known.set(record.uuid, { record, blocker: blockerOf(record, first.cluster, now, graph) });

  const explanations: OperationExplanation[] = [];
  const withPositions = options.positions === true && uuids.length <= POSITIONS_AT_MOST;
  for (const uuid of uuids) {
    const explained = known.get(uuid);
    if (explained === undefined) continue;
    const { blocker } = explained;
    const position =
      withPositions && blocker.reason === 'waiting_its_turn'
        ? await queuePosition(session, description, blocker.work, now)
        : null;
    explanations.push({ ...explained, chain: chainOf(explained.record, known), position });
  }
  return { explanations, gone: uuids.filter((uuid) => !known.has(uuid)), cluster: first.cluster, names };
}

async function followChains(
  session: Session,
  description: DatabaseDescription,
  first: Records,
  now: number,
): Promise<{ records: ReadonlyMap<Uuid, OperationRecord>; names: Names }> {
  const records = new Map(first.records);
  let { names } = first;
  let latest: Iterable<OperationRecord> = first.records.values();
  for (let depth = 0; depth < LONGEST_CHAIN && records.size < MOST_IN_CHAINS; depth += 1) {
    const next = [...latest].flatMap(holding).map(({ uuid }) => uuid);
    const unread = [...new Set(next)].filter((uuid) => !records.has(uuid)).slice(0, MOST_IN_CHAINS);
    if (unread.length === 0) break;
    const found = await readRecords(session, description, unread, now, { named: true });
    if (found.records.size === 0) break;
    for (const [uuid, record] of found.records) records.set(uuid, record);
    names = names.with(found.names);
    latest = found.records.values();
  }
  return { records, names };
}
