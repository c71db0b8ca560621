import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../../src/database/database.js';
import type { DatabaseDescription } from '../../src/database/description.js';
import { targetHistory } from '../../src/database/queries/history.js';
import { activeTargets, type Target } from '../../src/database/queries/targets.js';
import { readQueues } from '../../src/database/queries/queues.js';
import type { Session } from '../../src/database/session.js';
import { listPending } from '../../src/operations/pending-list.js';
import { explainOperations } from '../../src/operations/explain.js';
import { readOperationGraph } from '../../src/operations/graph.js';
import { showOperations } from '../../src/operations/show.js';
import { readTimeline } from '../../src/operations/timeline.js';
import { explainObject } from '../../src/operations/explain-object.js';
import { readGateEvidence } from '../../src/gate/evidence.js';
import { MIGRATIONS } from '../../src/migrations/registry.js';
import { planMigration } from '../../src/migrations/runner.js';
import { withServers } from '../../src/migrations/servers.js';
import { insertManyNetworks, NETWORKS } from '../fixtures/many-networks.js';
import { operationRows } from '../fixtures/operation-rows.js';
import { rowsRead } from '../fixtures/rows-read.js';
import { now } from '../fixtures/rows.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

const ACTIVE = 50_000;
/** Each network has ten operations, five of them active. */
const NETWORK = '00000000-0000-4000-8000-000000000007';
const PENDING = ACTIVE / NETWORKS;

let server: TestServer;
let site: Site;
/** As administrator, who may reset the counters. */
let database: Database;
let description: DatabaseDescription;

beforeAll(async () => {
  server = await startTestServer({ extraArguments: ['--innodb-buffer-pool-size=256M'] });
  site = await Site.create({}, server);
  await insertManyNetworks(site, { active: ACTIVE });
  database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
  description = await database.describe();
}, 120_000);

afterAll(async () => {
  await database.close();
  await site.close();
  await server.stop();
});

async function cost<T>(question: (session: Session) => Promise<T>): Promise<{ reads: number; result: T }> {
  return database.snapshot(async (session) => rowsRead(session, async () => question(session)));
}

const object = { typeName: 'NETWORK', uuid: NETWORK };
const rowsOf = async (session: Session, find: () => Promise<Target[]>) =>
  operationRows(session, description, await find(), now());
const pending = async (session: Session) =>
  rowsOf(session, async () => activeTargets(session, description, [object]));

describe(`a few operations among ${ACTIVE} active ones`, () => {
  test('pending', async () => {
    const { reads, result } = await cost(pending);
    expect(result).toHaveLength(PENDING);
    expect(result.every(({ queue }) => queue !== null)).toBe(true);
    expect(reads).toBeLessThanOrEqual(500);
  });

  test('history', async () => {
    const { reads, result } = await cost(async (session) =>
      rowsOf(session, async () => targetHistory(session, description, object, { limit: 50, since: 0 })),
    );
    expect(result).toHaveLength(10);
    expect(reads).toBeLessThanOrEqual(500);
  });

  test('explain, of one of them', async () => {
    const [operation] = (await cost(pending)).result;
    const { reads, result } = await cost(async (session) =>
      explainOperations(session, description, [operation!.operation_uuid], now(), { positions: true }),
    );
    expect(result.explanations).toMatchObject([{ blocker: { reason: 'waiting_its_turn' } }]);
    expect(result.explanations[0]!.position).toMatchObject({ isMore: false });
    expect(reads).toBeLessThanOrEqual(5_000);
  });

  test('show: what is active may wait for it, and no more is read', async () => {
    const [operation] = (await cost(pending)).result;
    const { reads, result } = await cost(async (session) =>
      showOperations(session, description, [operation!.operation_uuid], 10, now()),
    );
    expect(result.operations).toHaveLength(1);
    expect(reads).toBeLessThanOrEqual(2 * ACTIVE + 1_000);
  });

  test('graph, of one of them', async () => {
    const [operation] = (await cost(pending)).result;
    const { reads, result } = await cost(async (session) =>
      readOperationGraph(session, description, [operation!.operation_uuid]),
    );
    expect(result).toMatchObject({ nodes: [{ uuid: operation!.operation_uuid }], truncated: false });
    expect(reads).toBeLessThanOrEqual(2 * ACTIVE + 500);
  });

  test('the timeline of their network', async () => {
    const bounds = { since: 0, limit: 50, now: now() };
    const { reads, result } = await cost(async (session) =>
      readTimeline(session, description, object, bounds),
    );
    expect(result).toHaveLength(10);
    expect(reads).toBeLessThanOrEqual(500);
  });

  test('the queues: each of their rows once, in the index, and twice where it may be the oldest', async () => {
    const { reads, result } = await cost(async (session) => readQueues(session, now(), 1_800));
    expect(result).toMatchObject([{ ready: ACTIVE, claimed: 0, isMore: false }]);
    expect(reads).toBeLessThanOrEqual(2 * ACTIVE + 500);
  });

  test('explain, of their network', async () => {
    const { reads, result } = await cost(async (session) =>
      explainObject(session, description, object, 'network', now()),
    );
    expect(result.reason).toMatchObject({ reason: 'pending' });
    expect(reads).toBeLessThanOrEqual(1_000);
  });

  test('the evidence of the gate', async () => {
    const { reads, result } = await cost(async (session) =>
      readGateEvidence(session, description, { uuids: [NETWORK] }, now()),
    );
    expect(result[0]!.pending).toHaveLength(PENDING);
    expect(reads).toBeLessThanOrEqual(500);
  });
});

test('the list of everything, in portions: the same in the same order, and each row a bounded number of times', async () => {
  const whole = await database.snapshot(async (session) =>
    activeTargets(session, description, { typeName: 'NETWORK' }),
  );
  const everything = { now: now(), limit: Infinity };
  const { reads, result } = await database.read(async (session) =>
    rowsRead(session, async () => {
      const list = await listPending(database, description, { typeName: 'NETWORK' }, () => true, everything);
      const numbers: unknown[] = [];
      let queued = 0;
      for await (const { operations } of list.portions()) {
        numbers.push(...operations.map(({ target }) => target.sequenceNumber));
        queued += operations.filter(({ blocker }) => blocker.reason === 'waiting_its_turn').length;
      }
      return { ...list, numbers, queued };
    }),
  );
  expect(result.numbers).toEqual(whole.map(({ sequenceNumber }) => sequenceNumber));
  expect(result).toMatchObject({ count: ACTIVE, queued: ACTIVE, oldestAt: whole[0]!.createdAt });
  expect(result.ended()).toBe(0);
  expect(reads).toBeLessThanOrEqual(17 * ACTIVE);
}, 60_000);

/**
 * Each network and each active operation once by each table: a network, its state; a state, a target and the end of
 * its targets in the index, a header, a work row.
 */
test('all networks: no row is read twice', async () => {
  const { reads, result } = await cost(async (session) =>
    readGateEvidence(session, description, { namespace: null }, now()),
  );
  expect(result.reduce((sum, one) => sum + one.pending.length, 0)).toBe(ACTIVE);
  expect(reads).toBeLessThanOrEqual(2 * NETWORKS + 5 * ACTIVE + 1_000);
}, 60_000);

test('the plan of migrations that are applied looks at what they changed, and not at the rows', async () => {
  const request = { phase: null, backup: null, daemonsStopped: false, acceptUnknown: false };
  const { reads, result } = await withServers(database, async (servers) => {
    const session = await database.session();
    return rowsRead(session, async () => {
      const plans = [];
      for (const migration of MIGRATIONS) plans.push(await planMigration(migration, servers, request));
      return { plans, session };
    });
  });
  expect(result.plans.map(({ status }) => status.state)).toEqual(['applied', 'applied']);
  // All of it was asked on the connection whose rows were counted.
  expect(await database.session()).toBe(result.session);
  expect(reads).toBeLessThanOrEqual(500);
}, 60_000);

test('an operation whose work row is nowhere costs one look at the whole queue, for only that proves it', async () => {
  await site.query(`DELETE FROM work_queue WHERE JSON_VALUE(payload, '$.operation_uuid') IN (
    SELECT operation_uuid FROM cluster_operation_targets WHERE target_uuid = '${NETWORK}')`);
  const { reads, result } = await cost(pending);
  expect(result.map(({ stuck }) => stuck)).toEqual(Array(PENDING).fill('orphaned'));
  expect(reads).toBeLessThanOrEqual(ACTIVE + 500);
});
