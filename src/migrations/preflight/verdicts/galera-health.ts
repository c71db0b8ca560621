import { galeraUnfitness, NOTICEABLE_PAUSE, SCHEMA_UPGRADE_METHOD } from '../../../core/server-fitness.js';
import { failure, unknown, warning, type Verdict } from '../rule.js';

/** The variables of `SHOW GLOBAL STATUS` that are looked at. */
export const HEALTH_STATUS = [
  'wsrep_cluster_status',
  'wsrep_local_state_comment',
  'wsrep_flow_control_paused',
  'wsrep_cluster_conf_id',
] as const;

/** A node as it sees itself: the variables that it has, and its `wsrep_osu_method`. */
export interface NodeHealth {
  readonly status: ReadonlyMap<string, string>;
  readonly method: string;
}

/** A node that nobody could look at. */
export interface UnseenHealth {
  readonly address: string;
  readonly reason: string;
  /** It answered, and is outside the Primary Component or not Synced. */
  readonly isUnfit: boolean;
}

export function nodeVerdicts(node: string, { status, method }: NodeHealth): Verdict[] {
  const findings: Verdict[] = [];
  const clusterStatus = status.get('wsrep_cluster_status') ?? 'unknown';
  const localState = status.get('wsrep_local_state_comment') ?? 'unknown';
  const unfitness = galeraUnfitness({ clusterStatus, localState });
  if (unfitness === 'not_primary') findings.push(failure(`${node} is ${clusterStatus}, not Primary.`));
  if (unfitness === 'not_synced') findings.push(failure(`${node} is ${localState}, not Synced.`));
  if (method !== SCHEMA_UPGRADE_METHOD)
    findings.push(failure(`${node} has wsrep_OSU_method ${method}: a change would reach only one node.`));
  const paused = Number(status.get('wsrep_flow_control_paused') ?? 0);
  if (paused > NOTICEABLE_PAUSE)
    findings.push(warning(`${node} was held up by flow control ${Math.round(paused * 100)} % of the time.`));
  return findings;
}

/** @param looks of every node, a moment apart: a membership that changes shows in them */
export function membershipVerdicts(looks: readonly NodeHealth[]): Verdict[] {
  const views = new Set(looks.map(({ status }) => status.get('wsrep_cluster_conf_id')));
  return views.size === 1 ? [] : [failure('The membership of the cluster is changing right now.')];
}

/**
 * @param unseenCount how many nodes of the cluster are not among those that were looked at; `unseen` may name more or
 * fewer
 */
export function unseenVerdicts(
  unseen: readonly UnseenHealth[],
  unseenCount: number,
  clusterSize: number | null,
): Verdict[] {
  const unfit = unseen.filter(({ isUnfit }) => isUnfit);
  const silent = unseen.filter(({ isUnfit }) => !isUnfit);
  const findings = unfit.map(({ reason }) => failure(reason));
  if (unseenCount <= unfit.length) return findings;
  const reasons = silent.map(({ address, reason }) => ` ${address}: ${reason}`).join('');
  const count = unseenCount - unfit.length;
  return [...findings, unknown(`${count} of ${clusterSize} nodes could not be looked at.${reasons}`)];
}
