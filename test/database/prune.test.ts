import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { NO_PROGRESS } from '../../src/core/progress.js';
import { prune, type PruneRequest, type PruneResult } from '../../src/operations/prune.js';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations } from './enqueue-ask.js';

const WEEK = 604_800;
let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => {
  await emptyOperations(site);
  await site.query("DELETE FROM cluster_config WHERE key_name LIKE 'CLUSTER%'");
});

const pruned = async (
  request: Partial<PruneRequest> = {},
  database = site.database(),
): Promise<PruneResult> =>
  prune(database, {
    ...{ olderThan: null, batch: 500, sleep: 0, maxRows: Infinity, maxDuration: Infinity, resumeAfter: null },
    ...{ isRehearsal: false, now, signal: new AbortController().signal },
    task: NO_PROGRESS.start({ doing: '', done: '', unit: '', total: null }),
    warn: () => undefined,
    ...request,
  });
const left = async (): Promise<string[]> => {
  const rows = await site.query<{ uuid: string }>(
    'SELECT operation_uuid AS uuid FROM cluster_operation_targets ORDER BY sequence_number',
  );
  return rows.map(({ uuid }) => uuid);
};
const retain = async (value: string): Promise<unknown> =>
  site.query('INSERT INTO cluster_config VALUES (?, ?, 0)', ['CLUSTER_OPERATION_TARGET_RETENTION', value]);
/** Target rows of operations that are gone, from long ago. */
const history = async (count: number): Promise<unknown> =>
  site.query(
    `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
     SELECT UUID(), 'net_op', 'NETWORK', ?, ? FROM seq_1_to_${count}`,
    [NETWORK, now() - 2 * WEEK],
  );

test('what is older than the retention goes, and what is active stays whatever its age', async () => {
  const old = { createdAt: now() - WEEK - 60 };
  const kept = [
    await insertOperation(site, { createdAt: now() - WEEK + 60, state: 'complete' }),
    await insertOperation(site, { ...old, state: 'queued' }),
    await insertOperation(site, { ...old, state: 'preflight' }),
    await insertOperation(site, { ...old, state: 'executing' }),
  ];
  for (const state of ['complete', 'error', 'abort', 'deleted', 'strange', null])
    await insertOperation(site, { ...old, state });
  expect(await pruned({ isRehearsal: true })).toMatchObject({ deleted: 6, keptActive: 3, complete: true });
  expect(await left()).toHaveLength(10);
  expect(await pruned()).toMatchObject({ deleted: 6, keptActive: 3, batches: 1, complete: true });
  expect(await left()).toEqual(kept);
});

test("the cluster's own retention counts, 0 keeps everything, and an age that is asked for comes first", async () => {
  await insertOperation(site, { createdAt: now() - 7200, state: 'complete' });
  await retain('0');
  expect(await pruned()).toMatchObject({ deleted: 0, complete: true, retention: 0 });
  await site.query('UPDATE cluster_config SET value_json = "86400"');
  expect(await pruned()).toMatchObject({ deleted: 0, complete: true, retention: 86_400 });
  expect(await pruned({ olderThan: 3600 })).toMatchObject({ deleted: 1 });
});

test('in batches, as far as it may, and on from there', async () => {
  await history(25);
  const first = await pruned({ batch: 10, maxRows: 15 });
  expect(first).toMatchObject({ deleted: 15, batches: 2, complete: false });
  expect(await left()).toHaveLength(10);
  const second = await pruned({ batch: 10, resumeAfter: String(first.resumeAfter) });
  expect(second).toMatchObject({ deleted: 10, complete: true });
  expect(await left()).toEqual([]);
  await history(5);
  expect(await pruned({ maxDuration: 0 })).toMatchObject({ deleted: 0, complete: false });
});

test('a signal ends it between two batches, with what was done', async () => {
  await history(30);
  const controller = new AbortController();
  const task = { advance: () => controller.abort('SIGINT'), end: () => undefined };
  expect(await pruned({ batch: 10, task, signal: controller.signal })).toMatchObject({
    deleted: 10,
    complete: false,
  });
  expect(await left()).toHaveLength(20);
});

test('a batch reads each row and its state, and locks nothing while it looks', async () => {
  await history(200);
  const sent: string[] = [];
  await pruned({ batch: 100 }, site.database({ trace: (sql) => sent.push(sql.trim()) }));
  expect(sent.filter((sql) => /for update|lock in share mode/i.test(sql))).toEqual([]);
  expect(sent.filter((sql) => sql.startsWith('DELETE'))).toHaveLength(2);
});
