import { sql } from 'drizzle-orm';
import { performanceSchemaRows } from './performance-schema.js';
import { unseen, warning, type Verdict, preflightRule } from './rule.js';

export const metadataLocks = preflightRule({
  id: 'metadata-locks',
  title: 'locks on the table',
  holds: 'Nobody holds the table itself.',
  why: 'LOCK TABLES, a backup, or a cursor left open holds a table without any transaction to be seen.',
  remedy:
    'Let the holder finish. Only servers with the instrument wait/lock/metadata/sql/mdl switched on show it; `apply` never waits behind such a lock.',
  beforeHide: true,
  look: async ({ servers, migration: { table } }) => {
    const perNode = servers.nodes.map(async ({ name, database }): Promise<Verdict[]> => {
      const instrument = await performanceSchemaRows<{ enabled: string }>(
        database,
        sql`SELECT enabled FROM performance_schema.setup_instruments WHERE name = 'wait/lock/metadata/sql/mdl'`,
      );
      if ('reason' in instrument) return [unseen(`${name}: ${instrument.reason}.`)];
      if (instrument.rows[0]?.enabled !== 'YES')
        return [unseen(`${name}: the instrument for metadata locks is off.`)];
      const locks = await performanceSchemaRows<{ id: number; lock_type: string; seconds: number | null }>(
        database,
        sql`SELECT threads.processlist_id AS id, locks.lock_type, threads.processlist_time AS seconds
          FROM performance_schema.metadata_locks locks
          JOIN performance_schema.threads threads ON threads.thread_id = locks.owner_thread_id
          WHERE locks.object_type = 'TABLE' AND locks.object_schema = DATABASE() AND locks.object_name = ${table}
            AND locks.lock_status = 'GRANTED' AND threads.processlist_id <> CONNECTION_ID()`,
      );
      if ('reason' in locks) return [unseen(`${name}: ${locks.reason}.`)];
      return locks.rows.map(({ id, lock_type: type }) =>
        warning(`Connection ${id} on ${name} holds ${table} (${type}).`),
      );
    });
    return (await Promise.all(perNode)).flat();
  },
});
