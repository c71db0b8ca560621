import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { galeraUnfitness, NOTICEABLE_PAUSE, SCHEMA_UPGRADE_METHOD } from '../../core/server-fitness.js';
import { globalStatus } from '../../database/server-variables.js';
import type { Servers } from '../servers.js';
import { failure, unknown, warning, type Verdict, preflightRule } from './rule.js';

/** Between two looks at the cluster; a membership that changes shows in it. */
const LOOK_APART_MS = 250;

const STATUS = [
  'wsrep_cluster_status',
  'wsrep_local_state_comment',
  'wsrep_flow_control_paused',
  'wsrep_cluster_conf_id',
];

export const serversHealthy = preflightRule({
  id: 'servers-healthy',
  title: 'health of the servers',
  holds: 'Every server is healthy and was looked at.',
  why: 'A schema change on Galera happens on all nodes or must not happen: not while one joins, lags, is cut off, or is unknown to us. A standalone server must accept writes.',
  remedy:
    'Wait until all nodes are Primary and Synced. Name nodes that cannot be found with --host a,b,c, and let this account log in on each.',
  beforeHide: true,
  look: async ({ servers }) => {
    if (!servers.isGalera) {
      const { readOnly, node } = await servers.database.identity();
      return readOnly ? [failure(`${node} refuses writes (read_only): it is most likely a replica.`)] : [];
    }
    const before = await membership(servers);
    await sleep(LOOK_APART_MS);
    const after = await membership(servers);
    const nodes = after.map(({ node, answer }) => judge(node, answer));
    return [...nodes.flat(), ...steady(before, after), ...notSeen(servers)];
  },
});

type Membership = { node: string; answer: { status: Map<string, string>; method: string } }[];

function membership(servers: Servers): Promise<Membership> {
  return servers.askAll(async (session) => {
    const [row] = await session.rows<{ method: string }>(sql`SELECT @@session.wsrep_osu_method AS method`);
    return { status: await globalStatus(session, STATUS), method: row!.method };
  });
}

function judge(node: string, { status, method }: Membership[number]['answer']): Verdict[] {
  const findings: Verdict[] = [];
  const is = (name: string): string => status.get(name) ?? 'unknown';
  const clusterStatus = is('wsrep_cluster_status');
  const localState = is('wsrep_local_state_comment');
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

function steady(before: Membership, after: Membership): Verdict[] {
  const views = new Set(
    [...before, ...after].map(({ answer }) => answer.status.get('wsrep_cluster_conf_id')),
  );
  return views.size === 1 ? [] : [failure('The membership of the cluster is changing right now.')];
}

function notSeen(servers: Servers): Verdict[] {
  const { unseen, unseenCount, clusterSize } = servers;
  const unfit = unseen.filter(({ isUnfit }) => isUnfit);
  const silent = unseen.filter(({ isUnfit }) => !isUnfit);
  const findings = unfit.map(({ reason }) => failure(reason));
  if (unseenCount <= unfit.length) return findings;
  const reasons = silent.map(({ address, reason }) => ` ${address}: ${reason}`).join('');
  const count = unseenCount - unfit.length;
  return [...findings, unknown(`${count} of ${clusterSize} nodes could not be looked at.${reasons}`)];
}
