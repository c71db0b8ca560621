import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../../src/audit/audit.js';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import type { Finding } from '../../../src/core/finding.js';
import { MIGRATIONS } from '../../../src/migrations/registry.js';
import { insertCluster, insertOperation } from '../../fixtures/rows.js';
import type { SchemaVariant } from '../../fixtures/schema.js';
import { Site } from '../../fixtures/site.js';
import { DEFECTS } from './defects.js';

async function found(site: Site, minAgeSeconds = 30): Promise<Finding[]> {
  const { findings } = await audit(site.database(), {
    rules: AUDIT_RULES,
    minAgeSeconds,
    deep: false,
    migrations: MIGRATIONS,
    secondLookAfterSeconds: 0.05,
  });
  return findings.filter(({ result }) => result !== 'pass');
}

/** What a defect brings with it that another rule is about. */
const COMPANIONS: Partial<Record<AuditRuleId, AuditRuleId[]>> = {
  'orphaned-operation': ['held-by-stuck'],
  'stale-claim': ['held-by-stuck'],
  'undrained-queue': ['held-by-stuck'],
  'blocked-dependency': ['held-by-stuck'],
  'held-by-stuck': ['orphaned-operation'],
};

const CASES = Object.keys(DEFECTS) as AuditRuleId[];

test.each(CASES)('%s is found, and nothing else', async (id) => {
  const site = await Site.create();
  try {
    await insertCluster(site);
    const subject = await DEFECTS[id](site);
    const findings = await found(site);
    const own = findings.find((finding) => finding.id === id);
    expect(own).toMatchObject({ result: 'fail' });
    expect(JSON.stringify(own!.subjects)).toContain(subject);
    for (const { remedy } of [...own!.subjects, own!]) expect(remedy).not.toMatch(/^$|[A-Z]{7,}/);
    const others = findings.map((finding) => finding.id).filter((other) => other !== id);
    expect(others.filter((other) => !COMPANIONS[id]?.includes(other as AuditRuleId))).toEqual([]);
  } finally {
    await site.close();
  }
});

const VARIANTS: [string, SchemaVariant][] = [
  ['native uuids and a binary collation', { uuid: 'native', collation: 'utf8mb4_bin' }],
  ['neither migration', { version: 'baseline' }],
  ['marks of what only measures, and other labels', { observational: true, extraLabels: ['FUTURE_OP'] }],
];

test.each(VARIANTS)('with %s, all of them are found side by side', async (_, variant) => {
  const site = await Site.create(variant);
  try {
    await insertCluster(site);
    // Those that change the schema itself have tests of their own.
    const rows = CASES.filter((id) => id !== 'version-without-key' && id !== 'missing-enum-label');
    for (const id of rows) await DEFECTS[id](site);
    const ids = new Set((await found(site)).map(({ id }) => id));
    expect(rows.filter((id) => !ids.has(id))).toEqual([]);
  } finally {
    await site.close();
  }
});

describe('where nothing is broken', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    await insertOperation(site);
    await insertOperation(site, { state: 'executing', work: 'claimed' });
    await insertOperation(site, { state: 'error', work: 'none' });
  });
  afterAll(async () => site.close());

  test('nothing is found, and everything was looked at', async () => {
    expect(await found(site, 0)).toEqual([]);
  });

  test('what is young is not accused, whatever it lacks', async () => {
    const uuid = await insertOperation(site, { work: 'none' });
    expect(await found(site, 60)).toEqual([]);
    await site.query('DELETE FROM object_states WHERE object_uuid = ?', [uuid]);
    await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [uuid]);
    expect(await found(site, 60)).toEqual([]);
    expect((await found(site, 0)).map(({ id }) => id)).toEqual(['header-without-state']);
  });
});
