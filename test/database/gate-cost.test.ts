import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection } from 'mysql2/promise';
import { Database } from '../../src/database/database.js';
import { targetHistory } from '../../src/database/queries/history.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import { readOperationGraph } from '../../src/operations/graph.js';
import { showOperations } from '../../src/operations/show.js';
import { readTimeline } from '../../src/operations/timeline.js';
import {
  COLD,
  HISTORY,
  HOT,
  insertLongHistory,
  NEVER,
  operationNumber,
  optimizersOwn,
  setActive,
  setOperation,
} from '../fixtures/long-history.js';
import { rowsRead } from '../fixtures/rows-read.js';
import { now } from '../fixtures/rows.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

let server: TestServer;
let site: Site;
/** As administrator, who may reset the counters. */
let database: Database;

beforeAll(async () => {
  server = await startTestServer({ extraArguments: ['--innodb-buffer-pool-size=256M'] });
  site = await Site.create({}, server);
  await insertLongHistory(site);
  database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
}, 120_000);

afterAll(async () => {
  await database.close();
  await site.close();
  await server.stop();
});

/** Asks what is pending on a network; returns how many rows the server read for it, and what it found. */
async function ask(uuid: string): Promise<{ reads: number; found: string[] }> {
  const description = await database.describe();
  return database.read(async (session) => {
    const { reads, result } = await rowsRead(session, async () =>
      activeTargets(session, description, [{ typeName: 'NETWORK', uuid }]),
    );
    return { reads, found: result.map(({ operationUuid }) => operationUuid) };
  });
}

/** Each type and state is looked up once, and a history may be counted a little way before an estimate is believed. */
const SMALL_CHANGE = 300;

/** About twice the smaller of the two sides. */
function affordable(active: number, history: number): number {
  return Math.ceil(2.1 * Math.min(active, history)) + SMALL_CHANGE;
}

describe.each([10, 1_000, 50_000])('with %d active operations', (active) => {
  beforeAll(async () => setActive(site, active), 120_000);

  test('a network with 200,000 finished operations and none pending', async () => {
    const { reads, found } = await ask(HOT);
    expect(found).toEqual([]);
    expect(reads).toBeLessThanOrEqual(affordable(active, HISTORY.hot));
  });

  test.each([
    ['oldest', 1],
    ['newest', HISTORY.hot],
  ])('the same with its %s operation pending', async (_, number) => {
    await setOperation(site, number, 'executing');
    const { reads, found } = await ask(HOT);
    await setOperation(site, number, 'complete');
    expect(found).toEqual([operationNumber(number)]);
    expect(reads).toBeLessThanOrEqual(affordable(active, HISTORY.hot));
  });

  test('the newest fifty of 200,000', async () => {
    const description = await database.describe();
    const { reads, result } = await database.read(async (session) =>
      rowsRead(session, async () =>
        targetHistory(session, description, { typeName: 'NETWORK', uuid: HOT }, { limit: 50, since: 0 }),
      ),
    );
    expect(result.map(({ operationUuid }) => operationUuid)).toEqual(
      Array.from({ length: 50 }, (_, index) => operationNumber(HISTORY.hot - index)),
    );
    // Of each its own row, the state, and the look for a header; and those that may be out of order.
    expect(reads).toBeLessThanOrEqual(4 * 250);
  });

  test('fifty from deep within 200,000', async () => {
    const description = await database.describe();
    const object = { typeName: 'NETWORK', uuid: HOT };
    const { reads, result } = await database.read(async (session) =>
      rowsRead(session, async () =>
        targetHistory(session, description, object, { limit: 50, since: 0, before: 1_000 }),
      ),
    );
    expect(result.map(({ operationUuid }) => operationUuid)).toEqual(
      Array.from({ length: 50 }, (_, index) => operationNumber(999 - index)),
    );
    // The place of a time in the order of numbers is known to no index.
    expect(reads).toBeLessThanOrEqual(2.1 * HISTORY.hot);
  });

  test('all of 200,000', async () => {
    const description = await database.describe();
    const object = { typeName: 'NETWORK', uuid: HOT };
    const found = await database.read(async (session) =>
      targetHistory(session, description, object, { limit: HISTORY.hot, since: 0 }),
    );
    expect(found).toHaveLength(HISTORY.hot);
  });

  test('the timeline of its newest fifty', async () => {
    const description = await database.describe();
    const object = { typeName: 'NETWORK', uuid: HOT };
    const bounds = { since: 0, limit: 50, now: now() };
    const { reads, result } = await database.snapshot(async (session) =>
      rowsRead(session, async () => readTimeline(session, description, object, bounds)),
    );
    expect(result).toHaveLength(50);
    expect(reads).toBeLessThanOrEqual(1_500);
  });

  test('all about one that has ended: what is active may wait for it, and no more is read', async () => {
    const description = await database.describe();
    const uuids = [operationNumber(HISTORY.hot)];
    const { reads, result } = await database.snapshot(async (session) =>
      rowsRead(session, async () => ({
        shown: await showOperations(session, description, uuids, 10, now()),
        graph: await readOperationGraph(session, description, uuids),
      })),
    );
    expect(result.shown.operations).toHaveLength(1);
    expect(result.graph.nodes).toHaveLength(1);
    // Each of the two looks once at the state and the header of what is active; of many states it finds first where.
    expect(reads).toBeLessThanOrEqual(2 * 3 * active + SMALL_CHANGE);
  });

  test('a network with 80 operations', async () => {
    const { reads } = await ask(COLD);
    expect(reads).toBeLessThanOrEqual(affordable(active, HISTORY.cold));
  });

  test('a network that was never targeted', async () => {
    const { reads, found } = await ask(NEVER);
    expect(found).toEqual([]);
    expect(reads).toBe(1);
  });
});

describe('while a backup holds up the purge, and every operation of the day seems to be active', () => {
  let backup: Connection;

  beforeAll(async () => {
    backup = await createConnection(site.settings);
    await backup.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    await backup.query('SELECT COUNT(*) FROM object_states WHERE update_time < 2');
    for (const hundredThousand of [0, 1, 2]) {
      const from = hundredThousand * 100_000;
      await site.query(
        `UPDATE object_states SET state_value = 'queued' WHERE update_time BETWEEN ${from} AND ${from + 99_999}`,
      );
      await site.query(`UPDATE object_states SET state_value = 'complete' WHERE state_value = 'queued'`);
    }
    await setActive(site, 1_000);
  }, 120_000);

  afterAll(async () => backup.end());

  test('the server’s own plan reads a whole table', async () => {
    const description = await database.describe();
    const { reads } = await database.read(async (session) =>
      rowsRead(session, async () => session.rows(optimizersOwn(description, HOT))),
    );
    expect(reads).toBeGreaterThan(HISTORY.hot);
  });

  test('the gate reads what is really active', async () => {
    const { reads, found } = await ask(HOT);
    expect(found).toEqual([]);
    // The active side is read once more, to be counted.
    expect(reads).toBeLessThanOrEqual(affordable(1_000, HISTORY.hot) + 1_100);
  });

  test('and a short history stays cheap', async () => {
    expect((await ask(COLD)).reads).toBeLessThanOrEqual(affordable(1_000, HISTORY.cold));
    expect((await ask(NEVER)).reads).toBe(1);
  });
});
