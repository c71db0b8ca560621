import { sql, type SQL } from 'drizzle-orm';
import { workKey } from '../../core/operations/coalescing.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import type { DatabaseDescription } from '../../database/description.js';

/** Statements that begin and end a transaction's turn. */
export interface Turn {
  begin: SQL[];
  end: SQL[];
}

/**
 * Makes everybody else of sf-ops who wants the same pieces of idempotent work wait for, or collide with, this
 * transaction.
 *
 * Row locks end at the node: on Galera two transactions on two nodes only meet when they write the same row. So each
 * writes one for each piece of work and deletes it again. On one server the second waits for the row; on another node
 * one of the two fails certification (1213) and runs again, now seeing the other's operation. In one order for
 * everybody, so that two batches wait for each other instead of deadlocking. Nothing of the rows is left after COMMIT.
 */
export function turnFor(description: DatabaseDescription, requests: readonly EnqueueRequest[]): Turn {
  const keys = requests
    .filter(({ coalesce, uuid }) => coalesce && uuid === null)
    .flatMap((request) => workKey(request) ?? []);
  const names = [...new Set(keys)].sort().map((key) => `sf-ops/coalesce/${key}`);
  if (names.length === 0 || !description.tables.has('cluster_locks')) return { begin: [], end: [] };
  const rows = names.map((name) => sql`(${name}, '{}', 'sf-ops', 0, UUID(), UNIX_TIMESTAMP(NOW(6)), NOW())`);
  return {
    begin: [
      sql`INSERT INTO cluster_locks (lock_key, holder_json, node_uuid, pid, lock_id, acquired_at, expires_at)
        VALUES ${sql.join(rows, sql`, `)} ON DUPLICATE KEY UPDATE lock_id = VALUES(lock_id)`,
    ],
    end: [sql`DELETE FROM cluster_locks WHERE lock_key IN ${names}`],
  };
}
