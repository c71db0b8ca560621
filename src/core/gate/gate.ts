import type { Check } from './host-rules.js';
import { networkCondition, type NetworkFacts } from './network.js';
import { isStuck } from '../operations/blocker.js';
import type { TargetedOperation } from '../operations/targeted-operation.js';

export const VERDICTS = [
  'pending',
  'healthy',
  'not_created',
  'dnsmasq_not_running',
  'mesh_drifted',
  'stuck',
  'dead',
  'unknown',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** How far was looked: at the database only, or at this machine too. */
export type Scope = 'database' | 'host';

export interface Decision {
  verdict: Verdict;
  /** Null: cannot tell. */
  okay: boolean | null;
  /** Why, as a sentence. */
  reason: string;
}

/** The verdict that each failing check leads to, in Shaken Fist's order (operations contract, section 5). */
const FAILURES: readonly (readonly [Check['name'], Verdict])[] = [
  ['bridge', 'not_created'],
  ['dnsmasq', 'dnsmasq_not_running'],
  ['mesh', 'mesh_drifted'],
];

/**
 * Whether operations excuse a network from being looked at: Shaken Fist defers to whatever is at work on it.
 *
 * With `strict` an operation that will never run is no excuse. One that will run, beside it, still is.
 */
export function isExcused(pending: readonly TargetedOperation[], strict: boolean): boolean {
  return pending.some(({ blocker }) => !strict || !isStuck(blocker));
}

/**
 * The verdict on one network. What decides, in order:
 *
 * 1. A pending operation: okay, the operation will see to it. With `strict`, where none of them will ever run: `stuck`.
 * 2. The network's own state, where it is dead. Shaken Fist's check has no such step, because its maintainer never asks
 *    about a dead network; an operator who does must not hear that it is fine. `delete-wait` without an operation is
 *    dead too: nobody may build on it.
 * 3. The first failing check of this machine. A check that failed has failed, whatever another one could not see.
 * 4. A check that could not see: unknown.
 * 5. The state again. Only a network that is `created` is healthy; one that is still `initial`, with nobody at work on
 *    it, is not created; a state that is missing or new to this program is unknown.
 *
 * @param checks empty where the machine was not looked at
 */
export function decide(
  network: NetworkFacts,
  pending: readonly TargetedOperation[],
  checks: readonly Check[],
  strict: boolean,
): Decision {
  if (isExcused(pending, strict)) return okay('pending', `${operations(pending)} on it`);
  if (pending.length > 0) return notOkay('stuck', `${operations(pending)} on it, and will not go on`);
  return ofDeath(network) ?? ofChecks(checks) ?? ofState(network);
}

/** One `false` makes the set not okay; otherwise one `null` makes it unknown. About nothing at all nothing can be told. */
export function okayOfAll(each: readonly (boolean | null)[]): boolean | null {
  if (each.includes(false)) return false;
  return each.length === 0 || each.includes(null) ? null : true;
}

function ofDeath(network: NetworkFacts): Decision | null {
  switch (networkCondition(network)) {
    case 'gone':
      return notOkay('dead', `its state is ${network.state}`);
    case 'going_away':
      return notOkay('dead', `it is going away (${network.state})`);
    case 'errored':
      return notOkay('dead', 'its state is error');
    default:
      return null;
  }
}

function ofChecks(checks: readonly Check[]): Decision | null {
  for (const [name, verdict] of FAILURES) {
    const failing = checks.find((check) => check.name === name && check.result === 'fail');
    if (failing !== undefined) return notOkay(verdict, failing.detail);
  }
  const blind = checks.find(({ result }) => result === 'unknown');
  return blind === undefined ? null : cannotTell(blind.detail);
}

function ofState(network: NetworkFacts): Decision {
  if (network.row === null) return cannotTell('its row in networks is gone');
  switch (networkCondition(network)) {
    case 'created':
      return okay('healthy', 'nothing is pending and it is created');
    case 'not_created':
      return notOkay('not_created', `its state is ${network.state} and nothing is pending`);
    default:
      return cannotTell(
        network.state === null ? 'it has no state' : `its state ${network.state} is not known`,
      );
  }
}

function operations({ length }: readonly TargetedOperation[]): string {
  return length === 1 ? '1 operation is pending' : `${length} operations are pending`;
}

function okay(verdict: Verdict, reason: string): Decision {
  return { verdict, okay: true, reason };
}

function notOkay(verdict: Verdict, reason: string): Decision {
  return { verdict, okay: false, reason };
}

function cannotTell(reason: string): Decision {
  return { verdict: 'unknown', okay: null, reason };
}
