import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  WorkQueue,
  type WorkQueueLimits,
  type WorkRows,
  type WorkSought,
} from '../../src/database/queries/work-queue.js';
import { Database } from '../../src/database/database.js';
import { rowsRead } from '../fixtures/rows-read.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';

const NOW = 1_700_000_000;
const CREATED = NOW - 100.123456;
const NODE = '44444444-4444-4444-8444-444444444444';
const USUAL = 'networknode-clusteroperation-user_facing';

interface Row {
  queue?: string;
  scheduledAt?: number;
  claimedAt?: number | null;
  payload?: object;
}

let site: Site;
beforeAll(async () => (site = await Site.create()));
afterAll(async () => site.close());
beforeEach(async () => site.query('DELETE FROM work_queue'));

function sought(more: Partial<WorkSought> = {}): WorkSought {
  return {
    uuid: randomUUID(),
    type: 'net_op',
    createdAt: CREATED,
    nodeUuid: null,
    priority: 'user_facing',
    ...more,
  };
}

async function insert(
  uuid: string,
  { queue = USUAL, scheduledAt = CREATED, claimedAt = null, payload }: Row = {},
): Promise<void> {
  await site.query(
    `INSERT INTO work_queue (queue_name, scheduled_at, claimed_at, claimed_by, attempts, payload, created_at)
     VALUES (?, ?, ?, ?, 0, ?, ?)`,
    [
      queue,
      scheduledAt,
      claimedAt,
      claimedAt === null ? null : 'sf-1',
      JSON.stringify(payload ?? { operation_type: 'net_op', operation_uuid: uuid }),
      CREATED,
    ],
  );
}

interface Found {
  rows: Map<string, WorkRows>;
  statements: number;
}

const GENEROUS: WorkQueueLimits = {
  probedAtMost: 200,
  queuesAtMost: 40,
  rowsOfAKind: 200,
  keptAtMost: 1000,
  searchedAtMost: 100_000,
};

async function find(all: readonly WorkSought[], limits: Partial<WorkQueueLimits> = {}): Promise<Found> {
  return site.database().read(async (session) => {
    const before = session.statements;
    const queue = new WorkQueue(NOW, all.length, { ...GENEROUS, ...limits });
    const rows = await queue.find(session, all);
    return { rows, statements: session.statements - before };
  });
}

describe('many that are looked for together', () => {
  const COUNT = 150;

  test.each([
    ['made at the same moment', 0],
    ['made one after another', 1],
  ])('%s: each row is read once', async (_, seconds) => {
    const all = Array.from({ length: COUNT }, (__, index) =>
      sought({ createdAt: CREATED - index * seconds }),
    );
    for (const { uuid, createdAt } of all) await insert(uuid, { scheduledAt: createdAt! });
    // As administrator, who may reset the counters.
    const database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
    const { reads, result } = await database.read(async (session) =>
      rowsRead(session, async () => new WorkQueue(NOW, COUNT, GENEROUS).find(session, all)),
    );
    await database.close();
    expect([...result.values()].filter((found) => 'value' in found && found.value.length === 1)).toHaveLength(
      COUNT,
    );
    // In the index, and once more out of the UNION.
    expect(reads).toBeLessThanOrEqual(4 * COUNT);
  });
});

describe('a row where it has to be is found with one statement', () => {
  test.each<[string, Partial<WorkSought>, Row]>([
    ['untouched', {}, {}],
    ['claimed', {}, { claimedAt: NOW - 5, scheduledAt: NOW - 60 }],
    ['put off', {}, { scheduledAt: NOW + 60 }],
    ['on a node', { nodeUuid: NODE }, { queue: `${NODE}-network-user_facing` }],
    [
      'of a type that runs on its node',
      { type: 'node_inst_op', nodeUuid: NODE },
      { queue: `${NODE}-clusteroperation-user_facing` },
    ],
    ['of a type for any node', { type: 'artifact_fetch_op' }, { queue: 'any-clusteroperation-user_facing' }],
    ['of an unknown type', { type: 'future_op', nodeUuid: NODE }, { queue: `${NODE}-network-user_facing` }],
    ['of another priority', { priority: 'background' }, { queue: 'networknode-clusteroperation-background' }],
    ['claimed, of an operation without a header', { createdAt: null }, { claimedAt: NOW - 5 }],
  ])('%s', async (_, more, row) => {
    const one = sought(more);
    for (let other = 0; other < 5; other += 1) await insert(randomUUID(), { scheduledAt: CREATED - other });
    await insert(one.uuid, row);
    const { rows, statements } = await find([one]);
    expect(rows.get(one.uuid)).toMatchObject({
      value: [
        {
          queueName: row.queue ?? USUAL,
          scheduledAt: row.scheduledAt ?? CREATED,
          claimedAt: row.claimedAt ?? null,
        },
      ],
    });
    expect(statements).toBe(1);
  });
});

describe('a row that is somewhere else is searched for', () => {
  test.each<[string, Partial<WorkSought>, Row]>([
    ['in a queue that the operation does not lead to', {}, { queue: 'somewhere' }],
    ['overdue, after it was put off', {}, { scheduledAt: NOW - 7 }],
    ['of an operation of which nothing is known', { type: null, createdAt: null, priority: null }, {}],
    ['with the uuid in its other form', {}, { queue: 'x', payload: {} }],
  ])('%s', async (_, more, row) => {
    const one = sought(more);
    const spelled = { operation_uuid: one.uuid.replaceAll('-', '').toUpperCase() };
    await insert(one.uuid, row.payload === undefined ? row : { ...row, payload: spelled });
    expect((await find([one])).rows.get(one.uuid)).toMatchObject({
      value: [{ queueName: row.queue ?? USUAL }],
    });
  });

  test('and none that is nowhere is made up', async () => {
    const [there, nowhere] = [sought(), sought()];
    await insert(there.uuid);
    await insert(randomUUID(), { payload: { operation_uuid: 7 } });
    const { rows } = await find([there, nowhere]);
    expect(rows.get(nowhere.uuid)).toEqual({ value: [] });
    expect(rows.get(there.uuid)).toMatchObject({ value: [{ attempts: 0 }] });
  });
});

test('all rows of an operation, each once, in the order in which they are due', async () => {
  const one = sought();
  await insert(one.uuid, { scheduledAt: NOW + 30, payload: { operation_uuid: one.uuid, defer_count: 3 } });
  await insert(one.uuid, { claimedAt: NOW - 5 });
  // Due in the future and untouched: in two places at once.
  const ahead = sought({ createdAt: NOW + 60 });
  await insert(ahead.uuid, { scheduledAt: NOW + 60 });
  const { rows } = await find([one, ahead]);
  expect(rows.get(one.uuid)).toMatchObject({
    value: [{ claimedBy: 'sf-1', deferCount: 0 }, { deferCount: 3 }],
  });
  expect(rows.get(ahead.uuid)).toMatchObject({ value: [{ scheduledAt: NOW + 60 }] });
  expect((rows.get(ahead.uuid) as { value: unknown[] }).value).toHaveLength(1);
});

test('more claimed rows than are looked at do not hide one', async () => {
  const one = sought();
  await insert(one.uuid, { claimedAt: NOW - 500 });
  for (let other = 0; other < 5; other += 1) await insert(randomUUID(), { claimedAt: NOW - other });
  expect((await find([one], { rowsOfAKind: 2 })).rows.get(one.uuid)).toMatchObject({
    value: [{ claimedBy: 'sf-1' }],
  });
});

describe('a queue that is too long to be searched', () => {
  const one = sought();
  beforeEach(async () => {
    await site.query(`INSERT INTO work_queue (queue_name, scheduled_at, payload, created_at)
      SELECT 'other', 1, JSON_OBJECT('operation_uuid', UUID()), 1 FROM seq_1_to_2000; ANALYZE TABLE work_queue`);
  });

  test('is not searched for what is where it has to be, however many those are', async () => {
    const many = Array.from({ length: 450 }, (_, index) => sought({ createdAt: CREATED - index }));
    for (const { uuid, createdAt } of many) await insert(uuid, { scheduledAt: createdAt! });
    const { rows } = await find(many, { searchedAtMost: 0 });
    const found = many.filter(({ uuid }) => {
      const known = rows.get(uuid)!;
      return 'value' in known && known.value.length === 1;
    });
    expect(found).toHaveLength(450);
  });

  test('leaves unknown what is not where it should be, and never says that there is no row', async () => {
    const [there, elsewhere, nowhere] = [sought(), sought(), sought()];
    await insert(there.uuid);
    await insert(elsewhere.uuid, { queue: 'elsewhere' });
    const { rows } = await find([there, elsewhere, nowhere], { searchedAtMost: 1000 });
    expect(rows.get(there.uuid)).toMatchObject({ value: [{ queueName: USUAL }] });
    for (const { uuid } of [elsewhere, nowhere])
      expect(rows.get(uuid)).toEqual({ unknown: expect.any(String) });
  });

  test('is not kept in memory, but searched while that is affordable', async () => {
    await insert(one.uuid, { queue: 'elsewhere' });
    const many = [one, sought(), sought()];
    const limits = { probedAtMost: 2, keptAtMost: 1000 };
    const { rows } = await find(many, limits);
    expect(rows.get(one.uuid)).toMatchObject({ value: [{ queueName: 'elsewhere' }] });
    expect(rows.get(many[1]!.uuid)).toEqual({ value: [] });
  });
});

test('many operations are looked for in the whole queue, read once', async () => {
  const many = Array.from({ length: 30 }, () => sought());
  for (const [index, { uuid }] of many.entries())
    if (index % 3 > 0) await insert(uuid, { queue: `queue ${index}` });
  const { rows, statements } = await find(many, { probedAtMost: 5 });
  for (const [index, { uuid }] of many.entries()) {
    expect(rows.get(uuid)).toMatchObject(
      index % 3 > 0 ? { value: [{ queueName: `queue ${index}` }] } : { value: [] },
    );
  }
  expect(statements).toBe(2);
});
