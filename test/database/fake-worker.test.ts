import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeCluster } from '../fixtures/fake-cluster.js';
import { FakeWorker, type WorkerOptions } from '../fixtures/fake-worker.js';
import { hex, insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

/** Other tests believe what these workers write down. */
describe('the fake worker', () => {
  let site: Site;
  const workers: FakeWorker[] = [];
  const connect = async (): Promise<Connection> => createConnection({ ...site.settings, jsonStrings: true });
  const worker = (options: Partial<WorkerOptions> = {}): FakeWorker => {
    workers.push(new FakeWorker({ connect, ...options }));
    return workers.at(-1)!;
  };
  const states = async (): Promise<Map<string, string>> => {
    const rows = await site.query<{ object_uuid: string; state_value: string }>(
      'SELECT * FROM object_states',
    );
    return new Map(rows.map((row) => [row.object_uuid, row.state_value]));
  };
  const workRows = async (): Promise<Record<string, unknown>[]> => site.query('SELECT * FROM work_queue');

  beforeAll(async () => {
    site = await Site.create();
  });
  afterAll(async () => {
    for (const each of workers) await each.close();
    await site.close();
  });
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets', 'object_states'])
      await site.query(`DELETE FROM ${table}`);
  });

  test('claims each work row once, the urgent first, and not before its time', async () => {
    const slow = await insertOperation(site, { priority: 'background', createdAt: now() - 50 });
    const fast = await insertOperation(site, { priority: 'user_waiting' });
    await insertOperation(site, { createdAt: now() + 3600 });
    const queues = ['user_waiting', 'user_facing', 'background'].map(
      (priority) => `networknode-clusteroperation-${priority}`,
    );
    const [one, other] = [worker({ queues }), worker({ queues, name: 'sf-2' })];
    expect((await one.claim())?.uuid).toBe(fast);
    expect((await other.claim())?.uuid).toBe(slow);
    expect(await other.claim()).toBeNull();
  });

  test('executes, defers and ends', async () => {
    const uuid = await insertOperation(site);
    const one = worker();
    const claim = (await one.claim())!;
    expect(await one.begin(claim)).toBe('executing');
    await one.defer(claim, 0);
    expect((await states()).get(uuid)).toBe('queued');
    const [later, ...others] = await workRows();
    expect(others).toEqual([]);
    expect(later).toMatchObject({ claimed_at: null });
    expect(JSON.parse(String(later!.payload))).toMatchObject({ operation_uuid: uuid, defer_count: 1 });
    const again = (await one.claim())!;
    await one.begin(again);
    await one.end(again, 'error', 'no room');
    expect((await states()).get(uuid)).toBe('error');
    expect(await workRows()).toEqual([]);
    expect(await site.query('SELECT op_uuid FROM cluster_operation_errors')).toEqual([
      { op_uuid: hex(uuid) },
    ]);
    expect(one.journal.map(({ state }) => state)).toEqual(['executing', 'queued', 'executing', 'error']);
  });

  test('waits for what it depends on, and gives up what cannot complete', async () => {
    const first = await insertOperation(site, { createdAt: now() - 10 });
    const depends_on = [{ op_type: 'net_op', op_uuid: first }];
    const second = await insertOperation(site, { stored: { depends_on } });
    const [one, other] = [worker(), worker()];
    const claim = (await one.claim())!;
    expect(await other.begin((await other.claim())!)).toBe('deferred');
    await one.begin(claim);
    await one.end(claim, 'error');
    expect(await other.begin((await other.claim())!)).toBe('aborted');
    expect((await states()).get(second)).toBe('abort');
  });

  test('folds siblings and sweeps them up', async () => {
    const [, sibling] = [await insertOperation(site, { createdAt: now() - 9 }), await insertOperation(site)];
    const one = worker({ keepSeconds: 0 });
    const claim = (await one.claim())!;
    await one.begin(claim);
    expect(await one.fold(claim)).toEqual([sibling]);
    await one.end(claim, 'complete');
    expect(await one.begin((await one.claim())!)).toBe('dropped');
    await one.sweep();
    expect(await states()).toEqual(new Map());
    expect(await site.query('SELECT * FROM cluster_operation_targets')).toEqual([]);
  });

  test('does not write over what an operator aborted', async () => {
    const uuid = await insertOperation(site);
    const one = worker();
    const claim = (await one.claim())!;
    await one.begin(claim);
    await site.query("UPDATE object_states SET state_value = 'abort' WHERE object_uuid = ?", [uuid]);
    await one.end(claim, 'complete');
    expect((await states()).get(uuid)).toBe('abort');
    expect(await workRows()).toEqual([]);
  });

  test('reaps old claims and orphans', async () => {
    const [crashed, lost] = [
      await insertOperation(site, { createdAt: now() - 9 }),
      await insertOperation(site),
    ];
    const one = worker({ stuckSeconds: 0 });
    await one.begin((await one.claim())!);
    await one.lose((await one.claim())!);
    await one.reap();
    expect(await states()).toEqual(
      new Map([
        [crashed, 'queued'],
        [lost, 'error'],
      ]),
    );
  });

  test('a seed decides what a cluster does, and all of it ends', async () => {
    const uuids = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    );
    const play = async (seed: number): Promise<string[]> => {
      await site.query('DELETE FROM object_states');
      for (const uuid of uuids)
        await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
      await site.query('DELETE FROM cluster_operation_targets');
      for (const [index, uuid] of uuids.entries())
        await insertOperation(site, { uuid, createdAt: 1000 + index });
      const cluster = new FakeCluster({ seed, connect });
      await cluster.drain();
      await cluster.close();
      return cluster.journal.map(({ uuid, state }) => `${uuid[0]} ${state}`);
    };
    const once = await play(7);
    expect(await play(7)).toEqual(once);
    expect(
      [...(await states()).values()].every((state) => ['complete', 'error', 'abort'].includes(state)),
    ).toBe(true);
    expect(await workRows()).toEqual([]);
  });
});
