import { dirname } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deadlineIn } from '../../src/database/limits.js';
import { databaseForWaiting, wait, type WaitRequest, type WaitResult } from '../../src/operations/wait.js';
import { FakeWorker } from '../fixtures/fake-worker.js';
import { insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { machineServer } from '../servers/run-folder.js';
import { startIn, startTestServer, type TestServer } from '../servers/mariadb.js';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer();
  site = await Site.create({}, server);
});
afterAll(async () => {
  await site.close().catch(() => undefined);
  await server.stop();
});

async function waitFor(uuid: string, some: Partial<WaitRequest>, onLook: () => void): Promise<WaitResult> {
  const request: WaitRequest = {
    ...{ subject: { operations: [uuid] }, any: false, failFast: false, newOnly: false, once: false },
    ...{ deadline: deadlineIn(60), intervalSeconds: 0.05, retrySeconds: null },
    ...some,
  };
  const database = databaseForWaiting(site.database(), request);
  let isFirst = true;
  const onProgress = (): void => {
    if (isFirst) onLook();
    isFirst = false;
  };
  return wait(database, request, { now, onProgress }).finally(async () => database.close());
}

test('a database that is away longer than it is waited for: cannot tell; a restart is waited out', async () => {
  const uuid = await insertOperation(site);
  let dead: Promise<void> | undefined;
  const lost = await waitFor(uuid, { retrySeconds: 0.3 }, () => {
    dead = server.kill();
  });
  expect(lost).toMatchObject({ outcome: 'unknown', failure: { exitCode: 69 } });
  await dead;
  server = await startIn(dirname(server.dataDirectory), await machineServer(), {});

  const connect = async (): Promise<Connection> => createConnection({ ...site.settings, jsonStrings: true });
  const restartAndFinish = async (): Promise<void> => {
    await server.kill();
    server = await startIn(dirname(server.dataDirectory), await machineServer(), {});
    const worker = new FakeWorker({ connect });
    const claim = (await worker.claim())!;
    await worker.begin(claim);
    await worker.end(claim, 'complete');
    await worker.close();
  };
  let finished: Promise<void> | undefined;
  const survived = await waitFor(uuid, {}, () => {
    finished = restartAndFinish();
  });
  await finished;
  expect(survived).toMatchObject({ outcome: 'complete', failure: null });
});
