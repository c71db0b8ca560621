import { expect, test } from '@jest/globals';
import { smokeTest } from '../../../src/audit/smoke.js';
import { insertCluster, now } from '../../fixtures/rows.js';
import type { SchemaVariant } from '../../fixtures/schema.js';
import { Site } from '../../fixtures/site.js';

const TABLES = [
  'cluster_operations',
  'object_states',
  'work_queue',
  'cluster_operation_targets',
  'cluster_locks',
];

async function withSite(variant: SchemaVariant, work: (site: Site) => Promise<void>): Promise<void> {
  const site = await Site.create(variant);
  try {
    await insertCluster(site);
    await work(site);
  } finally {
    await site.close();
  }
}

const contents = async (site: Site): Promise<unknown[]> =>
  Promise.all([...TABLES, 'events'].map(async (table) => site.query(`SELECT * FROM ${table}`)));

test.each<[string, SchemaVariant]>([
  ['the newest', {}],
  ['before both migrations', { version: 'baseline' }],
  ['native uuids', { uuid: 'native', collation: 'utf8mb4_bin' }],
])('%s: everything works, and nothing is left', async (_, variant) => {
  await withSite(variant, async (site) => {
    const before = await contents(site);
    const steps = await smokeTest(site.database(), now);
    expect(steps.map(({ step, result }) => [step, result])).toEqual([
      ['enqueue', 'pass'],
      ['read back', 'pass'],
      ['gate', 'pass'],
      ['roll back', 'pass'],
    ]);
    expect(await contents(site)).toEqual(before);
  });
});

test('somebody who changes what is written is noticed', async () => {
  await withSite({}, async (site) => {
    await site.query(
      "CREATE TRIGGER meddling BEFORE INSERT ON work_queue FOR EACH ROW SET NEW.queue_name = 'elsewhere'",
    );
    const steps = await smokeTest(site.database(), now);
    expect(steps[1]).toEqual({ step: 'read back', result: 'fail', detail: 'not there: work row' });
    expect(steps[3]).toMatchObject({ result: 'pass' });
  });
});

test('targets that the gate cannot see are noticed', async () => {
  await withSite({ observational: true }, async (site) => {
    await site.query(
      'CREATE TRIGGER meddling BEFORE INSERT ON cluster_operation_targets FOR EACH ROW SET NEW.observational = 1',
    );
    const steps = await smokeTest(site.database(), now);
    expect(steps[2]).toMatchObject({ step: 'gate', result: 'fail' });
  });
});

test('a table that does not roll back is noticed', async () => {
  await withSite({}, async (site) => {
    await site.query('ALTER TABLE object_states ENGINE=Aria');
    const steps = await smokeTest(site.database(), now);
    expect(steps[3]).toMatchObject({ step: 'roll back', result: 'fail' });
  });
});
