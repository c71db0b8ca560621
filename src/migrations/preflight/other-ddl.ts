import { sql } from 'drizzle-orm';
import { isAllowedGlobally } from '../../core/account-privileges.js';
import { failure, unseen, type Verdict, preflightRule } from './rule.js';

export const otherDdl = preflightRule({
  id: 'other-ddl',
  title: 'other schema changes',
  holds: 'No other schema change is running.',
  why: 'Two schema changes at once wait for each other, and on Galera hold up every write in the cluster between them. Shaken Fist takes no lock when it migrates by itself.',
  remedy: 'Let it finish, then run this again.',
  beforeHide: true,
  look: async ({ servers, privileges }) => {
    const perNode = servers.nodes.map(async ({ name, database }): Promise<Verdict[]> => {
      const running = await database.read((session) =>
        // On Galera one of another database holds ours up too.
        session.rows<{ id: number; statement: string }>(sql`
          SELECT id, info AS statement FROM information_schema.processlist
          WHERE id <> CONNECTION_ID() AND command <> 'Sleep'
            AND (${servers.isGalera} OR db = DATABASE() OR LOCATE(DATABASE(), info) > 0)
            AND info REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|RENAME|TRUNCATE|OPTIMIZE)[[:space:]]'`),
      );
      return running.map(({ id, statement }) =>
        failure(`Connection ${id} on ${name} runs ${statement.slice(0, 100)}`),
      );
    });
    const findings = (await Promise.all(perNode)).flat();
    if (!isAllowedGlobally(privileges, 'PROCESS')) {
      findings.push(unseen('privilege PROCESS missing: only statements of this account can be seen.'));
    }
    return findings;
  },
});
