import { decide, okayOfAll, type Scope, type Verdict } from './gate.js';
import type { Check } from './host-rules.js';
import { evidenceWarnings, type NetworkEvidence } from './gate-evidence.js';
import type { TargetedOperation } from '../operations/targeted-operation.js';
import type { Uuid } from '../uuid.js';

/** The answer for one network: an API. */
export interface NetworkAnswer {
  network_uuid: Uuid;
  /** Null where the network's row is gone. */
  name: string | null;
  namespace: string | null;
  state: string | null;
  okay: boolean | null;
  verdict: Verdict;
  reason: string;
  scope: Scope;
  pending: readonly TargetedOperation[];
  /** Seconds since the oldest pending operation was made; null where nothing is pending. */
  oldest_pending_age_seconds: number | null;
  checks: readonly Check[];
  warnings: readonly string[];
}

/** The answer for a set of networks. */
export interface GateAnswer {
  okay: boolean | null;
  networks: readonly NetworkAnswer[];
  /** Networks that are being deleted, of all that were asked for without naming them. Nothing is decided about them. */
  going_away: readonly {
    network_uuid: Uuid;
    name: string | null;
    namespace: string | null;
    state: string | null;
  }[];
  read_consistency: { node: string; causal: boolean };
  /** What makes the whole answer doubtful. */
  warnings: readonly string[];
}

const NOT_LOOKED_AT = 'only the database was asked: bridge, dnsmasq and mesh are not known';

const NO_NETWORK = 'there is no network to decide';

/**
 * @param checks null where this machine was not looked at
 * @param now unix seconds
 */
export function answerFor(
  evidence: NetworkEvidence,
  checks: readonly Check[] | null,
  strict: boolean,
  now: number,
): NetworkAnswer {
  const { network, pending } = evidence;
  const { verdict, okay, reason } = decide(network, pending, checks ?? [], strict);
  const warnings = evidenceWarnings(evidence, now);
  if (checks === null && verdict === 'healthy') warnings.push(NOT_LOOKED_AT);
  return {
    network_uuid: network.uuid,
    name: network.row?.name ?? null,
    namespace: network.row?.namespace ?? null,
    state: network.state,
    okay,
    verdict,
    reason,
    scope: checks === null ? 'database' : 'host',
    pending,
    oldest_pending_age_seconds: oldestAge(pending, now),
    checks: checks ?? [],
    warnings,
  };
}

export function answerForAll(
  networks: readonly NetworkAnswer[],
  goingAway: readonly NetworkEvidence[],
  consistency: GateAnswer['read_consistency'],
  warnings: readonly string[],
): GateAnswer {
  return {
    okay: okayOfAll(networks.map(({ okay }) => okay)),
    networks,
    going_away: goingAway.map(({ network: { uuid, row, state } }) => ({
      network_uuid: uuid,
      name: row?.name ?? null,
      namespace: row?.namespace ?? null,
      state,
    })),
    read_consistency: consistency,
    warnings: networks.length === 0 ? [NO_NETWORK, ...warnings] : warnings,
  };
}

function oldestAge(pending: readonly TargetedOperation[], now: number): number | null {
  let oldest: number | null = null;
  for (const { target } of pending) oldest = Math.min(oldest ?? Infinity, target.createdAt);
  return oldest === null ? null : Math.max(0, Math.round((now - oldest) * 1000) / 1000);
}
