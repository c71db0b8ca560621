/** How a server fares while rows are removed; null: cannot be seen. Times are seconds. */
export interface ServerLoad {
  /** That the last batch took, its commit included. */
  batchSeconds: number;
  /** Whether Galera's flow control has held writers back since the last look. */
  isPaused: boolean | null;
  /** Write sets that wait to be applied on the Galera node that was asked. */
  receiveQueue: number | null;
  /** That the server, itself a replica, is behind its primary. */
  lagSeconds: number | null;
}

export interface Pace {
  /** Rows of the next batch. */
  batch: number;
  /** Seconds to wait before it. */
  pauseSeconds: number;
  /** Why it waits longer than it was asked to; null where it does not. */
  why: string | null;
}

/** A batch that takes longer than `slow` holds others up: the next one is smaller. Below `quick` it grows. Seconds. */
const ALONE = { slow: 0.2, quick: 0.05 };
/** While a large write set is certified and applied, those that come after it wait, on every node. */
const ON_GALERA = { slow: 0.04, quick: 0.015 };
const SMALLEST_BATCH = 20;
/** A receive queue that Galera's own default for flow control is made of. */
const LONG_QUEUE = 16;
const MOST_LAG = 10;
const PAUSE_FOR_OTHERS = 1;
/** A write set is applied on every node, one after the other: there a batch is felt for longer than it takes. */
const REST_ON_GALERA = 3;

/**
 * The next step of work that must not be felt, as pt-archiver does it: as long a rest as the last batch took, on Galera
 * longer, a second while others suffer, and batches that shrink when they get slow and grow back slowly.
 *
 * @param most rows of a batch
 * @param sleep seconds that are waited in any case
 */
export function nextPace(batch: number, load: ServerLoad, most: number, sleep: number): Pace {
  const { batchSeconds, isPaused, receiveQueue, lagSeconds } = load;
  const why =
    isPaused === true
      ? 'flow control holds writers back'
      : receiveQueue !== null && receiveQueue > LONG_QUEUE
        ? `${receiveQueue} write sets wait to be applied`
        : lagSeconds !== null && lagSeconds > MOST_LAG
          ? `the replica is ${Math.round(lagSeconds)} s behind`
          : null;
  const { slow, quick } = receiveQueue === null ? ALONE : ON_GALERA;
  const rest = batchSeconds * (receiveQueue === null ? 1 : REST_ON_GALERA);
  const smaller = Math.max(Math.min(SMALLEST_BATCH, most), Math.floor(batch / 2));
  const larger = Math.min(most, Math.ceil(batch * 1.25));
  return {
    batch: batchSeconds > slow || why !== null ? smaller : batchSeconds < quick ? larger : batch,
    pauseSeconds: Math.max(sleep, why === null ? rest : Math.max(rest, PAUSE_FOR_OTHERS)),
    why,
  };
}
