import { formatDuration } from '../duration.js';
import { networkCondition, type NetworkFacts } from './network.js';
import type { TargetRow } from '../target-row.js';

/** What the database knows about one network. */
export interface NetworkEvidence {
  network: NetworkFacts;
  /** The operations that hold it, oldest first. */
  pending: TargetRow[];
  /** How many more are active on it but only measure, which does not count. */
  observational: number;
}

/** Whether the database has never heard of the network, or has forgotten it: no row, no state, no operation. */
export function isUnheardOf({ network, pending }: NetworkEvidence): boolean {
  return network.row === null && network.state === null && pending.length === 0;
}

/** Whether the network is deleted, and nothing is at work on it any more. */
export function isGone({ network, pending }: NetworkEvidence): boolean {
  return pending.length === 0 && networkCondition(network) === 'gone';
}

/** Whether the network is being deleted, and nothing is at work on it at this moment. */
export function isGoingAway({ network, pending }: NetworkEvidence): boolean {
  return pending.length === 0 && networkCondition(network) === 'going_away';
}

/** Networks that are left out where all were asked for: their end is no failure. */
export function isDying(evidence: NetworkEvidence): boolean {
  return isGone(evidence) || isGoingAway(evidence);
}

/**
 * What the operator should know although it does not decide: that the network is dying or half gone under the
 * operations that excuse it, and which of them will never run.
 *
 * @param now unix seconds
 */
export function evidenceWarnings(
  { network, pending, observational }: NetworkEvidence,
  now: number,
): string[] {
  const warnings: string[] = [];
  if (pending.length > 0) warnings.push(...conditionWarnings(network));
  for (const row of pending) {
    const sentence = stuckSentence(row, now);
    if (sentence !== null) warnings.push(`${row.operation_type} ${row.operation_uuid} ${sentence}`);
  }
  if (observational > 0)
    warnings.push(`${observational} operations on it only measure, and do not count as pending`);
  return warnings;
}

function conditionWarnings(network: NetworkFacts): string[] {
  const warnings = network.row === null ? ['its row in networks is gone'] : [];
  switch (networkCondition(network)) {
    case 'going_away':
      return [...warnings, `it is going away (${network.state})`];
    case 'gone':
    case 'errored':
      return [...warnings, `its state is ${network.state}`];
    default:
      return warnings;
  }
}

function stuckSentence({ stuck, queue, age_seconds: age }: TargetRow, now: number): string | null {
  switch (stuck) {
    case 'orphaned':
      return `is orphaned: it is ${formatDuration(age)} old and has no work row, so no worker runs it; this release of Shaken Fist may not recover it`;
    case 'stale_claim':
      return `was claimed ${formatDuration(now - (queue?.claimed_at ?? now))} ago and has not ended`;
    case 'undrained':
      return `waits in ${queue?.queue_name}, which nobody drains`;
    case 'unmet_dependency':
      return 'depends on an operation that cannot complete any more';
    case null:
      return null;
  }
}
