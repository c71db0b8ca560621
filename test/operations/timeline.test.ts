import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Lifetime } from '../../src/core/operations/lifetime.js';
import { readTimeline } from '../../src/operations/timeline.js';
import { FakeWorker } from '../fixtures/fake-worker.js';
import { insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

describe('the timeline of an object', () => {
  let site: Site;
  let clock = 0;
  let worker: FakeWorker;
  const timeline = async (limit = 50, since = 0): Promise<Lifetime[]> => {
    const database = site.database();
    const description = await database.describe();
    return database.snapshot(async (session) =>
      readTimeline(
        session,
        description,
        { typeName: 'NETWORK', uuid: NETWORK },
        { since, limit, now: now() },
      ),
    );
  };
  const event = async (uuid: string, at: number, extra: object | null): Promise<void> => {
    const id = randomUUID();
    await site.query(
      `INSERT INTO events (event_uuid, event_type, timestamp, fqdn, message, extra) VALUES (?, 'mutate', ?, 'sf-1', 'state changed', ?)`,
      [id, at, JSON.stringify(extra)],
    );
    await site.query(`INSERT INTO event_objects VALUES ('net_op', ?, ?)`, [uuid, id]);
  };

  beforeAll(async () => {
    site = await Site.create();
  });
  afterAll(async () => {
    await worker.close();
    await site.close();
  });
  beforeEach(async () => {
    await worker?.close();
    worker = new FakeWorker({
      connect: async () => createConnection({ ...site.settings, jsonStrings: true }),
      now: () => clock,
    });
    for (const table of [
      'cluster_operations',
      'work_queue',
      'cluster_operation_targets',
      'object_states',
      'events',
      'event_objects',
    ])
      await site.query(`DELETE FROM ${table}`);
  });

  test('one that waits, one that runs', async () => {
    await insertOperation(site, { createdAt: 1000 });
    clock = 1040;
    await worker.begin((await worker.claim())!);
    await insertOperation(site, { createdAt: 1050 });
    expect(await timeline()).toMatchObject([
      { createdAt: 1000, startedAt: 1040, endedAt: null, outcome: 'pending', state: 'executing' },
      { createdAt: 1050, startedAt: null, endedAt: null, outcome: 'pending', state: 'queued' },
    ]);
  });

  test('when an ended one began is told by events, or not at all', async () => {
    for (const createdAt of [1000, 1001]) await insertOperation(site, { createdAt });
    for (const end of ['complete', 'error'] as const) {
      clock = 1100;
      const claim = (await worker.claim())!;
      await worker.begin(claim);
      clock = 1200;
      await worker.end(claim, end);
    }
    const [first] = await timeline();
    await event(first!.uuid, 1050, { state: 'executing' });
    await event(first!.uuid, 1100, { old: 'queued', new: 'executing' });
    await event(first!.uuid, 1110, null);
    expect(await timeline()).toMatchObject([
      { startedAt: 1100, endedAt: 1200, outcome: 'complete' },
      { startedAt: null, endedAt: 1200, outcome: 'error' },
    ]);
  });

  test.each([
    ['of several operations', 3, 7_000],
    ['of a single one', 1, 20_001],
  ])('none of many events is overlooked: %s', async (_, operations, events) => {
    const uuids: string[] = [];
    for (let created = 0; created < operations; created += 1) {
      const uuid = await insertOperation(site, {
        createdAt: 1000 + created,
        state: 'complete',
        work: 'none',
      });
      uuids.push(uuid);
      await site.query(
        `CREATE TEMPORARY TABLE many AS SELECT UUID() AS uuid FROM seq_1_to_${events};
         INSERT INTO events (event_uuid, event_type, timestamp, fqdn, message) SELECT uuid, 'mutate', 1, 'sf-1', '' FROM many;
         INSERT INTO event_objects SELECT 'net_op', ?, uuid FROM many; DROP TABLE many`,
        [uuid],
      );
      await event(uuid, 900 + created, { state: 'executing' });
    }
    const found = await timeline();
    expect(found.map(({ uuid, startedAt }) => [uuid, startedAt])).toEqual(
      uuids.map((uuid, created) => [uuid, 900 + created]),
    );
  });

  test('of one whose rows are gone, what its target tells', async () => {
    await insertOperation(site, { createdAt: 1000 });
    await site.query('DELETE FROM cluster_operations; DELETE FROM object_states; DELETE FROM work_queue');
    expect(await timeline()).toMatchObject([
      { createdAt: 1000, startedAt: null, endedAt: null, outcome: 'gone' },
    ]);
  });

  test('a state that nobody knows is neither', async () => {
    await insertOperation(site, { state: 'hibernating', createdAt: 1000 });
    expect(await timeline()).toMatchObject([{ outcome: 'unknown', endedAt: null }]);
  });

  test('the newest of many, oldest first', async () => {
    for (const createdAt of [1000, 1001, 1002]) await insertOperation(site, { createdAt });
    expect((await timeline(2)).map(({ createdAt }) => createdAt)).toEqual([1001, 1002]);
    expect((await timeline(9, 1002)).map(({ createdAt }) => createdAt)).toEqual([1002]);
  });
});
