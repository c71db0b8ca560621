import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pendingOf } from '../../src/core/operations/wait.js';
import { Database } from '../../src/database/database.js';
import { deadlineIn } from '../../src/database/limits.js';
import type { SessionOptions } from '../../src/database/session.js';
import {
  databaseForWaiting,
  wait,
  type WaitHooks,
  type WaitRequest,
  type WaitResult,
} from '../../src/operations/wait.js';
import { FakeWorker } from '../fixtures/fake-worker.js';
import { insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';

describe('wait', () => {
  let site: Site;
  let worker: FakeWorker;
  const connect = async (): Promise<Connection> => createConnection({ ...site.settings, jsonStrings: true });
  /** Until told otherwise: half a minute, a look every 20 ms. */
  const waiting = async (
    subject: WaitRequest['subject'],
    some: Partial<WaitRequest> = {},
    hooks: Partial<WaitHooks> = {},
    session: Partial<SessionOptions> = {},
  ): Promise<WaitResult> => waitOn(site.database(session), subject, some, hooks);
  const onNetwork = { objects: [{ typeName: 'NETWORK', uuid: NETWORK }] };
  const finish = async (end: 'complete' | 'error' | 'abort', message?: string): Promise<void> => {
    const claim = (await worker.claim())!;
    await worker.begin(claim);
    await worker.end(claim, end, message);
  };

  beforeAll(async () => {
    site = await Site.create();
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    worker = new FakeWorker({ connect, keepSeconds: 0 });
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets', 'object_states'])
      await site.query(`DELETE FROM ${table}`);
  });
  afterEach(async () => worker.close());

  test('for one that ends while it waits', async () => {
    const uuid = await insertOperation(site);
    const result = waiting(
      { operations: [uuid] },
      {},
      { onProgress: onFirst(async () => finish('complete')) },
    );
    expect(await result).toMatchObject({
      outcome: 'complete',
      failure: null,
      readConsistency: { causal: true },
    });
  });

  test('for one that is deferred on the way', async () => {
    const uuid = await insertOperation(site);
    const states: (string | null | undefined)[] = [];
    const result = await waiting(
      { operations: [uuid] },
      {},
      {
        onProgress: (progress) => {
          const state = progress.waited.get(uuid)?.seen?.state;
          if (states.at(-1) === state) return;
          states.push(state);
          if (states.length === 1) void worker.claim().then(async (claim) => worker.begin(claim!));
          if (states.length === 2) void deferAndFail();
        },
      },
    );
    async function deferAndFail(): Promise<void> {
      await site.query('UPDATE work_queue SET claimed_at = NULL');
      const claim = (await worker.claim())!;
      await worker.defer(claim, 0);
      await sleep(60);
      await finish('error', 'no room');
    }
    expect(states.slice(0, 3)).toEqual(['queued', 'executing', 'queued']);
    expect(result.outcome).toBe('failed');
  });

  test('for one that vanishes: its last state and when it was seen', async () => {
    const uuid = await insertOperation(site, { state: 'executing', work: 'none' });
    const vanish = async (): Promise<void> => {
      await site.query('DELETE FROM object_states');
    };
    const result = await waiting({ operations: [uuid] }, {}, { onProgress: onFirst(vanish) });
    expect(result.outcome).toBe('gone');
    const one = result.progress.waited.get(uuid)!;
    expect(one).toMatchObject({ seen: { state: 'executing' } });
    expect(one.lastSeenAt).toBeGreaterThan(now() - 60);
  });

  test('for one that never was', async () => {
    expect(await waiting({ operations: [randomUUID()] })).toMatchObject({ outcome: 'gone' });
  });

  test('for one that is committed a moment later', async () => {
    const uuid = randomUUID();
    const appear = async (): Promise<void> => {
      await insertOperation(site, { uuid });
      await finish('complete');
    };
    const result = await waiting({ operations: [uuid] }, {}, { onProgress: onFirst(appear) });
    expect(result.outcome).toBe('complete');
  });

  test('one look', async () => {
    const [queued, failed] = [await insertOperation(site), await insertOperation(site, { state: 'error' })];
    const once = { once: true };
    expect(await waiting({ operations: [queued] }, once)).toMatchObject({ outcome: 'timeout' });
    expect(await waiting({ operations: [queued, failed] }, once)).toMatchObject({ outcome: 'failed' });
    expect(await waiting({ operations: [randomUUID()] }, once)).toMatchObject({ outcome: 'gone' });
    await setState(site, 'NET_OP', queued, 'hibernating');
    expect(await waiting({ operations: [queued] }, once)).toMatchObject({
      outcome: 'unknown',
      failure: null,
    });
  });

  test('the deadline, to a tenth of a second', async () => {
    const uuid = await insertOperation(site);
    const result = await waiting({ operations: [uuid] }, { deadline: deadlineIn(0.5), intervalSeconds: 60 });
    expect(result.outcome).toBe('timeout');
    expect(result.waitedSeconds).toBeGreaterThan(0.4);
  });

  test('an end just before the deadline is seen', async () => {
    const uuid = await insertOperation(site);
    const deadline = deadlineIn(0.6);
    setTimeout(() => void finish('complete'), 350);
    expect(await waiting({ operations: [uuid] }, { deadline, intervalSeconds: 60 })).toMatchObject({
      outcome: 'complete',
    });
  });

  test('an interruption', async () => {
    const uuid = await insertOperation(site);
    const controller = new AbortController();
    const hooks = { onProgress: onFirst(async () => controller.abort('SIGINT')) };
    const result = await waiting({ operations: [uuid] }, {}, hooks, { signal: controller.signal });
    expect(result.outcome).toBe('interrupted');
    expect(pendingOf(result.progress)).toHaveLength(1);
  });

  describe('on an object', () => {
    test('with nothing pending', async () => {
      await insertOperation(site, { state: 'error' });
      expect(await waiting(onNetwork)).toMatchObject({ outcome: 'complete', progress: { looks: 1 } });
    });

    test('for all that is pending and all that comes', async () => {
      const first = await insertOperation(site, { createdAt: now() - 3600 });
      const more = async (): Promise<void> => {
        await insertOperation(site);
        await finish('complete');
        await sleep(60);
        await finish('error');
      };
      const result = await waiting(onNetwork, {}, { onProgress: onFirst(more) });
      expect(result.outcome).toBe('failed');
      expect([...result.progress.waited.values()].map(({ outcome }) => outcome)).toEqual([
        'complete',
        'failed',
      ]);
      expect([...result.progress.waited.keys()][0]).toBe(first);
    });

    test('--new-only: not for what is stuck there already', async () => {
      await insertOperation(site, { work: 'none', createdAt: now() - 3600 });
      const come = async (): Promise<void> => {
        await sleep(60);
        await insertOperation(site);
        await finish('complete');
      };
      const result = await waiting(onNetwork, { newOnly: true }, { onProgress: onFirst(come) });
      expect(result.outcome).toBe('complete');
      expect(result.progress.waited.size).toBe(1);
    });

    test('a type that this program has never heard of counts', async () => {
      const future = await Site.create({ extraLabels: ['FUTURE_OP'] });
      await insertOperation(future, { type: 'future_op' });
      const result = await waitOn(future.database(), onNetwork, { once: true });
      expect(result.outcome).toBe('timeout');
      await future.close();
    });
  });

  test('hundreds cost one statement a look', async () => {
    const uuids = Array.from({ length: 800 }, () => randomUUID());
    await site.query(
      'INSERT INTO object_states (object_uuid, object_type, state_value, update_time) VALUES ?',
      [uuids.map((uuid) => [uuid, 'NET_OP', 'queued', now()])],
    );
    const statements: string[] = [];
    const looks = async (subject: WaitRequest['subject'], count: number): Promise<number> => {
      statements.length = 0;
      const controller = new AbortController();
      const onProgress = ({ looks }: { looks: number }): void => {
        if (looks === count) controller.abort('SIGINT');
      };
      const session = { signal: controller.signal, trace: (sql: string) => void statements.push(sql) };
      await waiting(subject, {}, { onProgress }, session);
      return statements.length;
    };
    const [few, many] = [await looks({ operations: uuids }, 2), await looks({ operations: uuids }, 12)];
    expect(many - few).toBe(10);
    await insertOperation(site);
    const [fewer, more] = [await looks(onNetwork, 2), await looks(onNetwork, 12)];
    expect(more - fewer).toBe(10);
  });

  test('a database that was never reached is not waited for', async () => {
    const settings = { ...connectionSettings(site.settings), addresses: [{ socketPath: '/nowhere/socket' }] };
    const result = await waitOn(new Database(settings, sessionOptions()), onNetwork);
    expect(result).toMatchObject({ outcome: 'unknown', failure: { exitCode: 69 } });
  });
});

/** Half a minute at most, a look every 20 ms. */
async function waitOn(
  unhurried: Database,
  subject: WaitRequest['subject'],
  some: Partial<WaitRequest> = {},
  hooks: Partial<WaitHooks> = {},
): Promise<WaitResult> {
  const request: WaitRequest = {
    ...{ subject, any: false, failFast: false, newOnly: false, once: false },
    ...{ deadline: deadlineIn(30), intervalSeconds: 0.02, retrySeconds: null },
    ...some,
  };
  const database = databaseForWaiting(unhurried, request);
  try {
    return await wait(database, request, { now, ...hooks });
  } finally {
    await database.close();
  }
}

/** Does something when it is first called. */
function onFirst(act: () => Promise<void>): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    void act();
  };
}
