import { networkCondition, type NetworkFacts } from './network.js';
import { isStuck } from '../operations/blocker.js';
import { blockerClause } from '../operations/blocker-clause.js';
import type { TargetedOperation } from '../operations/targeted-operation.js';

/** What the database knows about one network. */
export interface NetworkEvidence {
  network: NetworkFacts;
  /** The operations that hold it, oldest first. */
  pending: TargetedOperation[];
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
  for (const { record, blocker } of pending) {
    if (isStuck(blocker) || blocker.reason === 'cannot_tell')
      warnings.push(`${record.type ?? 'operation'} ${record.uuid} ${blockerClause(blocker, now)}`);
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
