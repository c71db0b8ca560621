import { sql } from 'drizzle-orm';
import type { NodesFacts } from '../doctor/facts.js';
import type { Observed } from '../../core/observed.js';
import { parseUuid } from '../../core/uuid.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { describeTables } from '../../database/description.js';
import type { Session } from '../../database/session.js';
import { answer } from './answer.js';

const TABLES = ['nodes', 'node_attributes', 'node_daemon_states', 'object_states'];

/** Shaken Fist's nodes, by the server's clock: this machine's may be wrong, which is a finding of its own. */
export async function readNodesFacts(session: Session): Promise<Observed<NodesFacts>> {
  const description = await describeTables(session);
  const hidden = TABLES.filter((table) => !description.tables.has(table));
  if (hidden.length > 0) return { unknown: `${hidden.join(', ')} absent, or hidden from this account` };
  return answer(async () => {
    const cluster = await readClusterFacts(session, description);
    const deleted = await readDeletedNodes(session);
    const [server] = await session.rows<{ clock: string }>(sql`SELECT @@timestamp AS clock`);
    return {
      ...cluster,
      nodes: cluster.nodes.filter(({ uuid }) => !deleted.has(uuid)),
      now: Number(server!.clock),
    };
  });
}

async function readDeletedNodes(session: Session): Promise<Set<string>> {
  const rows = await session.rows<{ uuid: string }>(sql`
    SELECT object_uuid AS uuid FROM object_states WHERE object_type = 'NODE' AND state_value = 'deleted'`);
  return new Set(rows.map(({ uuid }) => parseUuid(uuid) ?? uuid));
}
