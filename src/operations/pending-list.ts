import type { ClusterFacts } from '../core/cluster-facts.js';
import { Names } from '../core/names.js';
import { isActive } from '../core/operations/state.js';
import { targetedOperations, type TargetedOperation } from '../core/operations/targeted-operation.js';
import type { Database } from '../database/database.js';
import type { DatabaseDescription } from '../database/description.js';
import { readActiveList, type ListedTarget } from '../database/queries/active-list.js';
import { readClusterFacts } from '../database/queries/cluster-facts.js';
import { NAMED_AT_ONCE } from '../database/chunks.js';
import { recordsAt } from '../database/queries/operation-records.js';
import { targetsByNumber, type Everything, type ObjectReference } from '../database/queries/targets.js';
import { WorkQueue } from '../database/queries/work-queue.js';
import { inPortions } from './portions.js';

/** What is pending in a whole cluster or on some objects, read in portions: memory grows by a few bytes for each. */
export interface PendingList {
  /** How many were pending at the moment of the list. */
  readonly count: number;
  /** Targets that only measure, which do not count. */
  readonly observational: number;
  /** Unix seconds at which the oldest was made; null where nothing is pending. */
  readonly oldestAt: number | null;
  /** How many have ended since, and were left out; known when all portions have been read. */
  readonly ended: () => number;
  /** Oldest first. */
  readonly portions: () => AsyncGenerator<PendingPortion>;
}

export interface PendingPortion {
  readonly operations: readonly TargetedOperation[];
  readonly names: Names;
}

/**
 * Lists what is pending, and reads it as it is asked for. The list and the work queue are of one moment, and each portion
 * of a later one: what has ended by then is left out. No snapshot is held while somebody reads, for that would keep
 * the server from purging.
 *
 * @param now unix seconds
 * @param limit the oldest so many
 */
export async function listPending(
  database: Database,
  description: DatabaseDescription,
  of: readonly ObjectReference[] | Everything,
  isWanted: (target: ListedTarget) => boolean,
  { now, limit }: { now: number; limit: number },
): Promise<PendingList> {
  const { list, cluster, queue } = await database.snapshot(async (session) => {
    const list = await readActiveList(session, description, of, isWanted);
    const queue = new WorkQueue(now, Math.min(limit, list.sequenceNumbers.length));
    await queue.prepare(session);
    return { list, queue, cluster: await readClusterFacts(session, description) };
  });
  const numbers = list.sequenceNumbers;
  const { missed, portions } = inPortions(numbers.slice(0, limit), NAMED_AT_ONCE, async (wanted, isFirst) =>
    readPortion(database, description, wanted, { now, cluster, queue, isFirst }),
  );
  return {
    count: numbers.length,
    observational: list.observational,
    oldestAt: list.oldestAt,
    ended: missed,
    portions,
  };
}

interface PortionFacts {
  now: number;
  cluster: ClusterFacts;
  queue: WorkQueue;
  isFirst: boolean;
}

/** Short forms of uuids are looked up for the beginning of the list only: nobody reads on so far. */
async function readPortion(
  database: Database,
  description: DatabaseDescription,
  wanted: readonly (number | string)[],
  { now, cluster, queue, isFirst }: PortionFacts,
): Promise<PendingPortion> {
  return database.snapshot(async (session) => {
    const targets = await targetsByNumber(session, description, wanted);
    const active = targets.filter(({ state }) => isActive(state));
    const named = isFirst ? true : ('objects' as const);
    const { recorded, names } = await recordsAt(session, description, active, now, { named, queue, cluster });
    return { operations: targetedOperations(recorded, cluster, now), names };
  });
}
