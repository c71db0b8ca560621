import { expect, test } from '@jest/globals';
import { readAuditFacts } from '../../../src/audit/facts/audit-facts.js';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import { lookAgain } from '../../../src/audit/second-look.js';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import { applyRules } from '../../../src/core/finding.js';
import { MIGRATIONS } from '../../../src/migrations/registry.js';
import { hex, insertCluster, now, setState } from '../../fixtures/rows.js';
import { Site } from '../../fixtures/site.js';
import { DEFECTS } from './defects.js';

/** What the writer that was between two statements writes next. */
const NEXT: Partial<Record<AuditRuleId, (site: Site, uuid: string) => Promise<unknown>>> = {
  'orphaned-operation': async (site, uuid) => setState(site, 'NET_OP', uuid, 'complete'),
  'held-by-stuck': async (site) =>
    site.query("UPDATE object_states SET update_time = ? WHERE object_type = 'NET_OP'", [now()]),
  'missing-targets': async (site, uuid) =>
    site.query(
      `INSERT INTO cluster_operation_targets
         (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
       VALUES (?, 'net_op', 'NETWORK', '11111111-1111-4111-8111-111111111111', ?)`,
      [uuid, now()],
    ),
  'header-without-state': async (site, uuid) => setState(site, 'NET_OP', uuid, 'queued'),
  'state-without-header': async (site, uuid) =>
    site.query(
      `INSERT INTO cluster_operations (uuid, operation_type, created_at, metadata_json)
       VALUES (?, 'net_op', ?, '{}')`,
      [hex(uuid), now()],
    ),
  'work-without-operation': async (site) => site.query('DELETE FROM work_queue'),
};

test('every rule that rows on their way can look like is tried here', () => {
  const fleeting = AUDIT_RULES.filter((rule) => rule.fleeting === true);
  expect(fleeting.map(({ id }) => id).sort()).toEqual(Object.keys(NEXT).sort());
});

test.each(Object.keys(NEXT) as AuditRuleId[])(
  '%s: gone at the second look, found if it stays',
  async (id) => {
    const site = await Site.create();
    try {
      await insertCluster(site);
      const subject = await DEFECTS[id](site);
      const database = site.database();
      const description = await database.describe();
      const rules = AUDIT_RULES.filter((rule) => rule.id === id);
      const topics = new Set(['activity', 'leftovers'] as const);
      const scope = { topics, minAgeSeconds: 30, migrations: MIGRATIONS };
      const facts = await database.snapshot(async (session) => readAuditFacts(session, description, scope));
      const suspects = applyRules(rules, facts);
      const again = async (): Promise<string> => {
        const later = await database.snapshot(async (session) =>
          lookAgain(session, description, facts, suspects),
        );
        return applyRules(rules, later)[0]!.result;
      };
      expect([suspects[0]!.result, await again()]).toEqual(['fail', 'fail']);
      await NEXT[id]!(site, subject);
      expect(await again()).toBe('pass');
    } finally {
      await site.close();
    }
  },
);
