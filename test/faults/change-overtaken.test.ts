import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeOutcome, ChangeRequest } from '../../src/operations/change.js';
import { applyRequeue, planRequeue } from '../../src/operations/requeue.js';
import { emptyOperations } from '../database/enqueue-ask.js';
import { FakeWorker } from '../fixtures/fake-worker.js';
import { reach } from '../fixtures/reach.js';
import { insertCluster, insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { sharedServer } from '../servers/mariadb.js';

let site: Site;
let proxy: FaultProxy;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  proxy = await FaultProxy.start({ socketPath: (await sharedServer()).socketPath });
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});
beforeEach(async () => emptyOperations(site));

/** Requeues an orphan; the answer to COMMIT is lost, and is looked up when a worker has done its part. */
async function requeue(
  uuid: string,
  work: (worker: FakeWorker) => Promise<unknown>,
): Promise<ChangeOutcome[]> {
  const request: Omit<ChangeRequest, 'decide'> = {
    ...{ operations: [uuid], force: false, reason: null, isRehearsal: false, now },
    ...{ producer: { fqdn: 'admin', user: 'root' }, warn: () => undefined },
  };
  const database = reach(site.settings.database, [proxy]);
  const worker = new FakeWorker({
    connect: async () => createConnection({ ...site.settings, jsonStrings: true }),
  });
  try {
    const planned = await planRequeue(database, request);
    const commit = { direction: 'request', statement: 'COMMIT', side: 'after' } as const;
    proxy.cutOnce(commit, () => proxy.freeze());
    const outcomes: ChangeOutcome[] = [];
    const applied = (async () => {
      for await (const outcome of applyRequeue(database, request, planned)) outcomes.push(outcome);
    })();
    applied.catch(() => undefined); // told below
    while ((await site.query('SELECT id FROM work_queue')).length === 0) await delay(5);
    await work(worker);
    proxy.thaw();
    await applied;
    return outcomes;
  } finally {
    await worker.close();
    await database.close();
  }
}

async function orphan(): Promise<string> {
  const createdAt = now() - 600;
  const uuid = await insertOperation(site, { createdAt, work: 'none' });
  await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [createdAt, uuid]);
  return uuid;
}

test('a requeued operation that a worker is at was requeued, whether or not COMMIT was answered', async () => {
  const uuid = await orphan();
  const outcomes = await requeue(uuid, async (worker) => {
    expect(await worker.begin((await worker.claim())!)).toBe('executing');
  });
  expect(outcomes).toMatchObject([{ operationUuid: uuid, from: 'queued', to: 'queued' }]);
  expect(await site.query('SELECT * FROM event_objects WHERE object_uuid = ?', [uuid])).toHaveLength(1);
});

test('of one that a worker has ended meanwhile nobody can tell who had given it back', async () => {
  const uuid = await orphan();
  const ended = requeue(uuid, async (worker) => {
    const claim = await worker.claim();
    await worker.begin(claim!);
    await worker.end(claim!, 'complete');
  });
  await expect(ended).rejects.toMatchObject({ exitCode: 69, word: 'outcome_unknown' });
});
