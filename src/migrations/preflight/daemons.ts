import { sql } from 'drizzle-orm';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { daemonVerdicts } from './verdicts/daemons.js';
import { preflightRule } from './rule.js';

export const daemons = preflightRule({
  id: 'daemons',
  title: 'daemons that are alive',
  holds: 'No Shaken Fist daemon expects the old table.',
  why: 'sf-database starts only if every table has exactly the version that it expects, and migrates an older one itself. So whoever runs on the old version expects it, and will not start again once the version is the new one.',
  remedy:
    'Stop Shaken Fist on every node, migrate, and start the release that expects the new version; then give --yes-daemons-are-stopped, for a node counts as alive for two minutes after it checked in last (unless the cluster is configured otherwise).',
  beforeHide: false,
  look: async ({ servers, request }) => {
    const { database } = servers;
    const description = await database.describe();
    const { cluster, now } = await database.read(async (session) => {
      const [clock] = await session.rows<{ now: number }>(sql`SELECT @@timestamp AS now`);
      return { cluster: await readClusterFacts(session, description), now: clock!.now };
    });
    return daemonVerdicts(cluster, now, request.daemonsStopped);
  },
});
