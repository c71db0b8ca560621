import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { NOW } from '../../src/operations/transition.js';
import { Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

/** Summer time ends there in the night of 25 October 2026, at 1:00 UTC. */
const TZ = 'CET-1CEST,M3.5.0,M10.5.0/3';
const SUMMER = Date.UTC(2026, 9, 25, 0, 30) / 1000;

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer({ environment: { TZ } });
  site = await Site.create({}, server);
});
afterAll(async () => {
  await site.close();
  await server.stop();
});

test.each([
  ['summer time', SUMMER],
  ['winter time', SUMMER + 3600],
])('half past two in the night is dated right in %s', async (_, moment) => {
  const found = await site.database().read(async (session) => {
    await session.db.execute(sql`SET SESSION timestamp = ${moment + 0.25}`);
    return session.rows<{ now: number; local: string }>(
      sql`SELECT ${NOW} + 0e0 AS now, CAST(NOW() AS CHAR) AS local`,
    );
  });
  expect(found).toEqual([{ now: moment + 0.25, local: '2026-10-25 02:30:00' }]);
});
