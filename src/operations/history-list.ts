import { NAMED_AT_ONCE } from '../database/chunks.js';
import type { ClusterFacts } from '../core/cluster-facts.js';
import { valueOfObjectType } from '../core/object-types.js';
import type { Names } from '../core/names.js';
import type { Lifetime } from '../core/operations/lifetime.js';
import { targetedOperations, type TargetedOperation } from '../core/operations/targeted-operation.js';
import type { Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import type { DatabaseDescription } from '../database/description.js';
import { readClusterFacts } from '../database/queries/cluster-facts.js';
import { readHistoryList, type HistoryBounds } from '../database/queries/history.js';
import { readNames } from '../database/queries/names.js';
import { recordsAt } from '../database/queries/operation-records.js';
import { targetsByNumber, type ObjectReference } from '../database/queries/targets.js';
import { WorkQueue } from '../database/queries/work-queue.js';
import { readLifetimes } from './lifetimes.js';
import { inPortions } from './portions.js';

/** The recorded operations of one object, read in portions: memory grows by a few bytes for each. */
export interface HistoryList {
  /** Whether there are older ones than the limit lets through. */
  readonly isCut: boolean;
  /** How many have been removed since, and were left out; known when all portions have been read. */
  readonly removed: () => number;
  /** Of the object. */
  readonly names: Names;
  /** Newest first. */
  readonly portions: () => AsyncGenerator<HistoryPortion>;
}

export interface HistoryPortion {
  readonly operations: readonly TargetedOperation[];
  readonly lifetimes: ReadonlyMap<Uuid, Lifetime>;
  readonly names: Names;
}

/**
 * Lists the history of an object, and reads it as it is asked for. The list and the work queue are of one moment, and each
 * portion of a later one: what is no longer recorded by then is left out. No snapshot is held while somebody reads, for
 * that would keep the server from purging.
 *
 * @param bounds the limit may be Infinity
 * @param now unix seconds
 * @param atOnce operations of a portion; as many as one statement can name unless given
 */
export async function listHistory(
  database: Database,
  description: DatabaseDescription,
  object: ObjectReference,
  bounds: HistoryBounds,
  { now, atOnce = NAMED_AT_ONCE }: { now: number; atOnce?: number | undefined },
): Promise<HistoryList> {
  const { limit } = bounds;
  const { numbers, queue, cluster, names } = await database.snapshot(async (session) => {
    const numbers = await readHistoryList(session, object, { ...bounds, limit: limit + 1 });
    const queue = new WorkQueue(now, numbers.length);
    await queue.prepare(session);
    const cluster = await readClusterFacts(session, description);
    const subject = { objectType: valueOfObjectType(object.typeName), uuid: object.uuid };
    const toName = { objects: [subject], operations: [] };
    const names = await readNames(session, description, toName, cluster.nodes);
    return { numbers, queue, cluster, names };
  });
  const { missed, portions } = inPortions(numbers.slice(0, limit), atOnce, async (wanted, isFirst) =>
    readPortion(database, description, wanted, { now, queue, cluster, names: isFirst ? null : names }),
  );
  return { isCut: numbers.length > limit, removed: missed, names, portions };
}

interface PortionFacts {
  now: number;
  queue: WorkQueue;
  cluster: ClusterFacts;
  /** Where nothing else is to be named; null: to be looked up. */
  names: Names | null;
}

/** Short forms of uuids are looked up for the beginning of the list only: nobody reads on so far. */
async function readPortion(
  database: Database,
  description: DatabaseDescription,
  wanted: readonly (number | string)[],
  { now, queue, cluster, names }: PortionFacts,
): Promise<HistoryPortion> {
  return database.snapshot(async (session) => {
    const targets = await targetsByNumber(session, description, wanted);
    const options = { named: names === null, queue, cluster };
    const { recorded, names: found } = await recordsAt(session, description, targets, now, options);
    const operations = targetedOperations(recorded, cluster, now);
    const lifetimes = await readLifetimes(
      session,
      operations.map(({ record }) => record),
    );
    return { operations, lifetimes, names: names ?? found };
  });
}
