import { sql } from 'drizzle-orm';
import { COLUMN } from '../column.js';
import { performanceSchemaRows } from '../../preflight/performance-schema.js';
import { failure, unseen, type Verdict, preflightRule } from '../../preflight/rule.js';

/** A statement seen this long ago belongs to a program that is still in use. */
const RECENT_SECONDS = 24 * 3600;

export const recentStatements = preflightRule({
  id: 'recent-statements',
  title: 'programs that named the column lately',
  holds: 'No program has named the column lately.',
  why: 'A program that names the column fails once it is gone (1054). Hidden, it still works for such a program, which is what the soak is for.',
  remedy:
    'Find the program and update it. Then `TRUNCATE TABLE performance_schema.events_statements_summary_by_digest` and let the soak begin anew.',
  beforeHide: false,
  look: async ({ servers }) => {
    const perNode = servers.nodes.map(async ({ name, database }): Promise<Verdict[]> => {
      const digests = await performanceSchemaRows<{ digest: string; seconds: number; times: number }>(
        database,
        // What this program sends is marked by aliases, which a digest keeps, and is nobody's use of the column.
        sql`SELECT digest_text AS digest, TIMESTAMPDIFF(SECOND, last_seen, NOW()) AS seconds, count_star AS times
          FROM performance_schema.events_statements_summary_by_digest
          WHERE schema_name = DATABASE() AND LOCATE(${COLUMN}, digest_text) > 0
            AND LOCATE('sf_ops_', digest_text) = 0 AND digest_text NOT REGEXP '^(ALTER|CREATE|DROP) '
            AND last_seen > NOW() - INTERVAL ${RECENT_SECONDS} SECOND
          ORDER BY last_seen DESC LIMIT 5`,
      );
      if ('reason' in digests) return [unseen(`${name}: ${digests.reason}.`)];
      return digests.rows.map(({ digest, seconds, times }) =>
        failure(`Seen ${times} times on ${name}, last ${seconds} s ago: ${digest.slice(0, 120)}`),
      );
    });
    return (await Promise.all(perNode)).flat();
  },
});
