import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { compositeTargetUniqueness } from '../../src/migrations/composite-target-uniqueness/migration.js';
import { apply, statusOf } from '../fixtures/migrating.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

jest.setTimeout(120_000);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ extraArguments: ['--innodb-online-alter-log-max-size=65536'] });
});
afterAll(async () => server.stop());

test('keys that cannot be built for what is written meanwhile: a sentence, a way out, and nothing changed', async () => {
  const site = await Site.create({ version: 'baseline' }, server);
  const insert = (rows: number): string => `INSERT INTO cluster_operation_targets
    (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
    SELECT UUID(), 'net_op', 'NETWORK', UUID(), 1 FROM seq_1_to_${rows}`;
  await site.query(insert(240_000));
  const shape = await shapeOf(site);
  const writer = await createConnection(site.settings);
  let isOver = false;
  const writing = (async () => {
    const building = `SELECT 1 FROM information_schema.processlist
      WHERE info LIKE 'ALTER TABLE%ADD UNIQUE%' AND state = 'altering table'`;
    while (!isOver) if ((await site.query(building)).length > 0) await writer.query(insert(2_000));
  })();
  await expect(apply(site, compositeTargetUniqueness, { maxWaitSeconds: 60 })).rejects.toMatchObject({
    exitCode: 7,
    word: 'alter_log_full',
    hint: expect.stringContaining('innodb_online_alter_log_max_size'),
  });
  isOver = true;
  await writing;
  expect(await shapeOf(site)).toEqual(shape);
  expect(await statusOf(site, compositeTargetUniqueness)).toMatchObject({ state: 'pending' });
  await writer.end();
  await site.close();
});
