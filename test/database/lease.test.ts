import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { setTimeout as sleep } from 'node:timers/promises';
import { SfOpsError } from '../../src/core/errors.js';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { Lease, leaseHolder, type LeaseRequest } from '../../src/database/lease.js';
import type { Database } from '../../src/database/database.js';
import { apply, statusOf } from '../fixtures/migrating.js';
import { Site } from '../fixtures/site.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

/** For so long a lease is not asked for again; far less than it lasts. */
const ASSURED_MS = 1_100;

let site: Site;
afterEach(async () => site.close());

interface Row {
  lock_key: string;
  holder_json: string;
  node_uuid: string;
  pid: number;
  lock_id: string;
  remaining: number;
}
const KEY = 'sf-ops/migrate';
const acquire = (database: Database, purpose: string): Promise<Lease> => {
  const request: LeaseRequest = { key: KEY, purpose, inquiry: 'sf-ops migrate status' };
  return Lease.acquire(database, request);
};
const unheard = (): void => undefined;
const rows = (): Promise<Row[]> =>
  site.query<Row>('SELECT *, TIMESTAMPDIFF(SECOND, NOW(), expires_at) AS remaining FROM cluster_locks');

describe.each(['DATETIME', 'TIMESTAMP'] as const)('a lease whose expires_at is a %s', (expiresAt) => {
  test('is a row as Shaken Fist writes it, for a minute, and gone when given up', async () => {
    site = await Site.create({ expiresAt });
    const lease = await acquire(site.database(), 'testing');
    const [row] = await rows();
    expect(row).toMatchObject({ lock_key: 'sf-ops/migrate', node_uuid: hostname(), pid: process.pid });
    expect(row!.lock_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(row!.holder_json)).toEqual({
      node: hostname(),
      pid: process.pid,
      operation: 'testing',
    });
    expect(row!.remaining).toBeGreaterThan(55);
    expect(row!.remaining).toBeLessThanOrEqual(60);
    expect(await site.database().read((session) => leaseHolder(session, KEY))).toMatchObject({
      description: `process ${process.pid} on ${hostname()} (testing)`,
    });
    await lease.release(unheard);
    expect(await rows()).toEqual([]);
  });

  test('is taken over when it lapsed, and whoever held it is stopped before its next statement', async () => {
    site = await Site.create({ expiresAt });
    const first = await acquire(site.database(), 'first');
    await expect(acquire(site.database(), 'second')).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining(`process ${process.pid} on ${hostname()} (first)`),
    });
    await site.query('UPDATE cluster_locks SET expires_at = NOW() - INTERVAL 1 SECOND');
    await sleep(ASSURED_MS);
    const second = await acquire(site.database(), 'second');
    await expect(first.ensureHeld()).rejects.toMatchObject({ exitCode: 7, word: 'lease_lost' });
    await first.release(unheard);
    expect(await rows()).toMatchObject([{ holder_json: expect.stringContaining('second') }]);
    await second.release(unheard);
  });

  test('is extended right before a statement', async () => {
    site = await Site.create({ expiresAt });
    const lease = await acquire(site.database(), 'testing');
    await site.query('UPDATE cluster_locks SET expires_at = NOW() + INTERVAL 5 SECOND');
    await sleep(ASSURED_MS);
    await lease.ensureHeld();
    expect((await rows())[0]!.remaining).toBeGreaterThan(55);
    await lease.release(unheard);
  });
});

test('a holder that is not of our making is named all the same', async () => {
  site = await Site.create();
  await site.query(
    "INSERT INTO cluster_locks VALUES ('sf-ops/migrate', '\"?\"', 'db9', 7, 'x', 1, NOW() + INTERVAL 60 SECOND)",
  );
  await expect(acquire(site.database(), 'testing')).rejects.toThrow('process 7 on db9');
});

test('what preflight sees of another migrator’s work is told as that, and not as something in the way', async () => {
  site = await Site.create({ version: 'baseline' });
  const lease = await acquire(site.database(), 'sf-ops migrate apply');
  await site.query('START TRANSACTION');
  await site.query('SELECT COUNT(*) FROM networks');
  const altering = (await site.database().session()).change(
    sql`ALTER TABLE networks COMMENT = 'another migrator at work'`,
  );
  const waiting = `SELECT 1 FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE networks%'`;
  while ((await site.query(waiting)).length === 0);
  const refused = await apply(site, drop).catch((error: unknown) => error);
  await site.query('COMMIT');
  await altering;
  await lease.release(unheard);
  expect(refused).toMatchObject({ exitCode: 7, word: 'migration_running' });
});

test('of twenty migrators at once one works, and nineteen are told who does', async () => {
  site = await Site.create({ version: 'baseline' });
  // Held up, so that none can come after the first has ended.
  await site.query('START TRANSACTION');
  await site.query('SELECT COUNT(*) FROM object_metadata');
  let told = 0;
  const migrators = Array.from({ length: 20 }, async () => {
    try {
      return (await apply(site, drop, { maxWaitSeconds: 30 })).outcome;
    } catch (error) {
      if (!(error instanceof SfOpsError)) throw error;
      told += 1;
      if (told === 19) await site.query('COMMIT');
      return `${error.exitCode} ${error.message}`;
    }
  });
  const outcomes = await Promise.all(migrators);
  expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
  const others = outcomes.filter((outcome) => outcome !== 'applied');
  expect(others).toHaveLength(19);
  for (const other of others) {
    expect(other).toBe(
      `7 Another migration is running: process ${process.pid} on ${hostname()} (sf-ops migrate apply ${drop.id}). Nothing was changed.`,
    );
  }
  expect(await statusOf(site, drop)).toMatchObject({ state: 'applied' });
  expect(await rows()).toEqual([]);
});
