import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DatabaseDescription } from '../../src/database/description.js';
import { Database } from '../../src/database/database.js';
import { readHistoryList, targetHistory, type HistoryBounds } from '../../src/database/queries/history.js';
import { listHistory, type HistoryPortion } from '../../src/operations/history-list.js';
import { INSTANCE, insertCluster, insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import { rowsRead } from '../fixtures/rows-read.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';

const object = { typeName: 'NETWORK', uuid: NETWORK };
const ALL = { limit: Infinity, since: 0, before: Infinity };

let site: Site;
/** As administrator, who may reset the counters of rows that were read. */
let database: Database;
let description: DatabaseDescription;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
  description = await database.describe();
});
afterAll(async () => {
  await database.close();
  await site.close();
});
beforeEach(async () => {
  for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets'])
    await site.query(`TRUNCATE ${table}`);
  await site.query("DELETE FROM object_states WHERE object_type LIKE '%\\_OP'");
});

const list = async (bounds: HistoryBounds = ALL, atOnce?: number) =>
  listHistory(database, description, object, bounds, { now: now(), atOnce });

async function readAll(of: Awaited<ReturnType<typeof list>>): Promise<HistoryPortion[]> {
  const all: HistoryPortion[] = [];
  for await (const portion of of.portions()) all.push(portion);
  return all;
}

async function numbersOf(bounds: HistoryBounds, atOnce?: number): Promise<string[]> {
  const portions = await readAll(await list(bounds, atOnce));
  return portions.flatMap(({ operations }) => operations.map(({ target }) => String(target.sequenceNumber)));
}

/** Targets without an operation, at these times, among those of another object. */
async function insertTargets(times: readonly number[]): Promise<void> {
  await site.query('TRUNCATE cluster_operation_targets');
  if (times.length === 0) return;
  await site.query(
    `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
     VALUES ${times.map(() => "(UUID(), 'net_op', 'NETWORK', ?, ?), (UUID(), 'net_op', 'NETWORK', ?, 1)").join(', ')}`,
    times.flatMap((time) => [NETWORK, time, INSTANCE]),
  );
}

test('whatever is read at once, it is the list that one read gives', async () => {
  const second = fc.integer({ min: 1, max: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(second, { maxLength: 60 }),
      fc.record({
        limit: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constant(Infinity)),
        since: fc.oneof(fc.constant(0), second),
        before: fc.oneof(fc.constant(Infinity), second),
      }),
      fc.integer({ min: 1, max: 25 }),
      async (times, bounds, atOnce) => {
        await insertTargets(times);
        const { whole, listed } = await database.snapshot(async (session) => ({
          whole: await targetHistory(session, description, object, { ...bounds, limit: 1_000 }),
          listed: await readHistoryList(session, object, bounds),
        }));
        const expected = whole.slice(0, bounds.limit).map(({ sequenceNumber }) => String(sequenceNumber));
        expect(listed.map(String)).toEqual(expected);
        expect(await numbersOf(bounds, atOnce)).toEqual(expected);
        expect((await list(bounds)).isCut).toBe(whole.length > expected.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('thousands are listed in order, and what others have is not read for it', async () => {
  await site.query(
    `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
     SELECT UUID(), 'net_op', 'NETWORK', ?, 10000 + seq - seq * 7919 % 150 FROM seq_1_to_3000;
     INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
     SELECT UUID(), 'net_op', 'NETWORK', ?, 10000 + seq FROM seq_1_to_30000; ANALYZE TABLE cluster_operation_targets`,
    [NETWORK, INSTANCE],
  );
  const rows = await site.query<{ sequence_number: number; created_at: number }>(
    'SELECT sequence_number, created_at FROM cluster_operation_targets WHERE target_uuid = ? ORDER BY created_at DESC, sequence_number DESC',
    [NETWORK],
  );
  const expected = rows.map(({ sequence_number }) => String(sequence_number));
  const read = async (bounds: HistoryBounds) =>
    database.snapshot(async (session) =>
      rowsRead(session, async () => readHistoryList(session, object, bounds)),
    );
  const whole = await read(ALL);
  expect(whole.result.map(String)).toEqual(expected);
  expect(whole.reads).toBeLessThan(12_100);
  const newest = await read({ ...ALL, limit: 2_000 });
  expect(newest.result.map(String)).toEqual(expected.slice(0, 2_000));
  expect(newest.reads).toBeLessThan(12_100);
  const between = await read({ ...ALL, since: 11_000, before: 12_000 });
  expect(between.result.map(String)).toEqual(
    rows
      .filter(({ created_at }) => created_at >= 11_000 && created_at < 12_000)
      .map(({ sequence_number }) => String(sequence_number)),
  );
  expect(between.reads).toBeLessThan(12_100);
});

test('each is told as it is, with when it began, in the first portion and in a later one', async () => {
  const base = now() - 1000;
  const gone = await insertOperation(site, { createdAt: base, state: null, work: 'none' });
  const orphan = await insertOperation(site, { createdAt: base + 10, work: 'none' });
  const running = await insertOperation(site, { createdAt: base + 20, state: 'executing', work: 'claimed' });
  await setState(site, 'NET_OP', running, 'executing', base + 25);
  const waiting = await insertOperation(site, { createdAt: base + 30 });
  const found = await list(ALL, 1);
  const portions = await readAll(found);
  expect(
    portions.map(({ operations: [one], lifetimes, names }) => [
      one!.record.uuid,
      one!.blocker.reason,
      lifetimes.get(one!.record.uuid)!.startedAt,
      names.nameOf(NETWORK),
    ]),
  ).toEqual([
    [waiting, 'waiting_its_turn', null, 'lan'],
    [running, expect.any(String), base + 25, 'lan'],
    [orphan, 'orphaned', null, 'lan'],
    [gone, expect.any(String), null, 'lan'],
  ]);
  expect(found.names.nameOf(NETWORK)).toBe('lan');
  expect([found.isCut, found.removed()]).toEqual([false, 0]);
  expect(portions[0]!.names.uuid(waiting)).toBe(waiting.slice(0, 8));
});

test('what is removed between the list and its portion is left out, and counted; what ends is told as ended', async () => {
  const removed = await insertOperation(site);
  const ending = await insertOperation(site);
  const found = await list(ALL, 1);
  await setState(site, 'NET_OP', ending, 'complete');
  await site.query('DELETE FROM work_queue');
  await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [removed]);
  await insertOperation(site);
  const all = (await readAll(found)).flatMap(({ operations }) => operations);
  expect(all.map(({ record }) => [record.uuid, record.state?.value])).toEqual([[ending, 'complete']]);
  expect(found.removed()).toBe(1);
});
