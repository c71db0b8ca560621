import { sql } from 'drizzle-orm';
import { globalStatus } from '../database/server-variables.js';
import type { Surroundings } from './nodes.js';

const COUNTER = 'wsrep_local_bf_aborts';

/**
 * How many transactions each node has killed so far to let others' changes through (`wsrep_local_bf_aborts`); null on a
 * standalone server, which kills none. A schema change adds one for each transaction that had touched the table, reading
 * or writing, and none for the others (10.11.19, galera 26.4.23).
 */
export async function killedSoFar(surroundings: Surroundings): Promise<Map<string, number> | null> {
  if (!surroundings.isGalera) return null;
  const answers = await surroundings.askAll(async (session) => {
    // A causal read first: the node must have executed everything up to now before its counter means anything.
    await session.rows(sql`SELECT table_name FROM schema_versions LIMIT 1`);
    return Number((await globalStatus(session, [COUNTER])).get(COUNTER) ?? 0);
  });
  return new Map(answers.map(({ node, answer }) => [node, answer]));
}

export async function killedSince(
  surroundings: Surroundings,
  before: Map<string, number> | null,
): Promise<number | null> {
  const now = await killedSoFar(surroundings);
  if (now === null || before === null) return null;
  return [...now].reduce((sum, [node, count]) => sum + count - (before.get(node) ?? count), 0);
}
