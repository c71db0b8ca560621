import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { globalStatus } from '../../database/server-variables.js';
import type { Servers } from '../servers.js';
import {
  HEALTH_STATUS,
  membershipVerdicts,
  nodeVerdicts,
  unseenVerdicts,
  type NodeHealth,
} from './verdicts/galera-health.js';
import { failure, preflightRule } from './rule.js';

/** Between two looks at the cluster; a membership that changes shows in it. */
const LOOK_APART_MS = 250;

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
    return [
      ...after.flatMap(({ node, answer }) => nodeVerdicts(node, answer)),
      ...membershipVerdicts([...before, ...after].map(({ answer }) => answer)),
      ...unseenVerdicts(servers.unseen, servers.unseenCount, servers.clusterSize),
    ];
  },
});

function membership(servers: Servers): Promise<{ node: string; answer: NodeHealth }[]> {
  return servers.askAll(async (session) => {
    const [row] = await session.rows<{ method: string }>(sql`SELECT @@session.wsrep_osu_method AS method`);
    return { status: await globalStatus(session, HEALTH_STATUS), method: row!.method };
  });
}
