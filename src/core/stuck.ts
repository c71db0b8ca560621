import { isActive } from './operations/state.js';

/** Why an active operation will not go on by itself; null where nothing speaks against it. */
export type Stuck = 'orphaned' | 'stale_claim' | 'undrained' | 'unmet_dependency' | null;

/** The work row of an operation; times are unix seconds. */
export interface QueueRow {
  queue_name: string;
  scheduled_at: number;
  claimed_at: number | null;
  claimed_by: string | null;
  attempts: number;
}

export interface StuckEvidence {
  state: string | null;
  queue: QueueRow | null;
  /** Whether some living daemon takes work from a queue of this name. */
  isDrained: (queueName: string) => boolean;
  /** The state of each operation that must complete first; null for one that does not exist. */
  dependencyStates: readonly (string | null)[];
  /** Unix seconds. */
  now: number;
  /** Seconds after which a claim counts as abandoned (`CLUSTER_OP_STUCK_THRESHOLD`). */
  staleClaimSeconds: number;
}

const CANNOT_COMPLETE = new Set<string | null>(['abort', 'error', 'deleted', null]);

/**
 * The first thing that keeps an active operation from ever ending, in the order in which they exclude each other:
 * without a work row nobody looks at it (database contract, section 7); a claim has no lease; a queue that no daemon
 * drains gives no error; a dependency that cannot complete is never waited out.
 */
export function stuckReason(evidence: StuckEvidence): Stuck {
  const { state, queue, now } = evidence;
  if (!isActive(state)) return null;
  if (queue === null) return 'orphaned';
  if (queue.claimed_at !== null)
    return now - queue.claimed_at > evidence.staleClaimSeconds ? 'stale_claim' : null;
  if (!evidence.isDrained(queue.queue_name)) return 'undrained';
  return evidence.dependencyStates.some((dependency) => CANNOT_COMPLETE.has(dependency))
    ? 'unmet_dependency'
    : null;
}
