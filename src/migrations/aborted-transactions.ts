import { sql } from 'drizzle-orm';
import { UnavailableError } from '../core/errors.js';
import { globalStatus } from '../database/server-variables.js';
import type { Servers } from './servers.js';

/**
 * A schema change on Galera ends each transaction that has touched the table, reading or writing. One that is open when
 * the change arrives at its node counts as a brute-force abort; one whose changes were already on their way to the others
 * fails certification there. One transaction may count more than once, so the sum is the most that clients can have seen
 * (10.11.19, galera 26.4.23: 39 counted for 30 errors of busy writers; exact where transactions are merely open).
 */
const COUNTERS = ['wsrep_local_bf_aborts', 'wsrep_local_cert_failures'];

/** How many transactions each node has at most aborted so far to let others' changes through, by node. */
export type AbortCounts = ReadonlyMap<string, number>;

/** @returns null on a standalone server, which aborts none, and where a node does not answer */
export async function countAborts(servers: Servers): Promise<AbortCounts | null> {
  if (!servers.isGalera) return null;
  try {
    const answers = await servers.askAll(async (session) => {
      // A causal read first: the node must have executed everything up to now before its counters mean anything.
      await session.rows(sql`SELECT table_name FROM schema_versions LIMIT 1`);
      const status = await globalStatus(session, COUNTERS);
      return COUNTERS.reduce((sum, name) => sum + Number(status.get(name) ?? 0), 0);
    });
    return new Map(answers.map(({ node, answer }) => [node, answer]));
  } catch (error) {
    // What was done does not fail for want of a figure.
    if (error instanceof UnavailableError) return null;
    throw error;
  }
}

export async function abortsSince(servers: Servers, before: AbortCounts | null): Promise<number | null> {
  const now = await countAborts(servers);
  if (now === null || before === null) return null;
  return [...now].reduce((sum, [node, count]) => sum + count - (before.get(node) ?? count), 0);
}
