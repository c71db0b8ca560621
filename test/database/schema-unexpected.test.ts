import { afterEach, expect, test } from '@jest/globals';
import { activeTargets } from '../../src/database/queries/targets.js';
import { insertCluster, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

let site: Site;
afterEach(async () => site.close());

/** A busy network, on a schema that was changed after it got busy. */
async function pendingAfter(change: string): Promise<unknown> {
  site = await Site.create();
  await insertCluster(site);
  await insertOperation(site);
  await site.query(change);
  const database = site.database();
  const description = await database.describe();
  return database.snapshot(async (session) => activeTargets(session, description, { typeName: null }));
}

test('an object type that is no ENUM: nothing would count as an operation, so it cannot tell', async () => {
  const change = 'ALTER TABLE object_states MODIFY object_type VARCHAR(64) NOT NULL';
  await expect(pendingAfter(change)).rejects.toMatchObject({ exitCode: 69, word: 'schema_missing' });
});

test('uuids that cannot be compared: it cannot tell', async () => {
  const change =
    'ALTER TABLE object_states MODIFY object_uuid VARCHAR(36) COLLATE utf8mb4_unicode_ci NOT NULL';
  await expect(pendingAfter(change)).rejects.toMatchObject({ exitCode: 69, word: 'schema_unexpected' });
});
