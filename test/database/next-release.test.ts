import { expect, test } from '@jest/globals';
import { activeTargets } from '../../src/database/queries/targets.js';
import { insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';
import { nextReleaseServer } from '../servers/next-release.js';
import { DEPLOY, emptyOperations, enqueueOne, operationTables, REPAIR } from './enqueue-ask.js';

/**
 * MariaDB 11.8 has another default collation, and `innodb_snapshot_isolation`, by which a transaction that touches
 * what has changed since its snapshot is ended (1020) instead of seeing it.
 */
test('the next release: enqueue, coalesce, repeat and ask, with snapshot isolation on', async () => {
  const next = await nextReleaseServer();
  if ('unavailable' in next) {
    process.stderr.write(`Not tested: ${next.unavailable}\n`);
    expect(next.unavailable).toMatch(/^MariaDB of Debian trixie: ./);
    return;
  }
  const server = await startTestServer({ installation: next.installation });
  for (const variant of [{}, { uuid: 'native' }, { collation: 'utf8mb4_bin' }] satisfies SchemaVariant[]) {
    await exercise(server, variant);
  }
  await server.stop();
});

async function exercise(server: TestServer, variant: SchemaVariant): Promise<void> {
  const site = await Site.create(variant, server);
  await insertCluster(site);
  expect(await site.query('SELECT @@innodb_snapshot_isolation AS isolation')).toEqual([{ isolation: 1 }]);

  const repairs = await Promise.all(Array.from({ length: 16 }, async () => enqueueOne(site, REPAIR)));
  expect(repairs.filter(({ reused }) => !reused)).toHaveLength(1);
  expect(Object.values(await operationTables(site)).map((rows) => rows.length)).toEqual([1, 1, 1, 1]);

  const uuid = '77777777-7777-4777-8777-777777777777';
  const repeats = await Promise.all(
    Array.from({ length: 16 }, async () => enqueueOne(site, { ...DEPLOY, uuid })),
  );
  expect(repeats.filter(({ rows }) => rows !== null)).toHaveLength(1);

  await insertOperation(site, { state: 'complete' });
  const database = site.database();
  const description = await database.describe();
  const active = await database.snapshot(async (session) =>
    activeTargets(session, description, [{ typeName: 'NETWORK', uuid: NETWORK }]),
  );
  expect(active.map(({ operationUuid }) => operationUuid).sort()).toEqual(
    [repairs[0]!.operationUuid, uuid].sort(),
  );
  await emptyOperations(site);
  await site.close();
}
