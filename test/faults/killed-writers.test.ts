import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_PROGRESS } from '../../src/core/progress.js';
import type { InputLine } from '../../src/core/input-lines.js';
import type { BulkAccount } from '../../src/core/operations/bulk-account.js';
import type { Database } from '../../src/database/database.js';
import { applyAbort, planAbort } from '../../src/operations/abort.js';
import { BulkLoad } from '../../src/operations/enqueue/bulk.js';
import { Run } from '../../src/operations/enqueue/run-marks.js';
import { prune } from '../../src/operations/prune.js';
import { applyRequeue, planRequeue } from '../../src/operations/requeue.js';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const PRODUCER = { fqdn: 'admin', user: 'root' };
const WEEK = 604_800;
const task = NO_PROGRESS.start({ doing: '', done: '', unit: '', total: null });

/** A program that is killed when it is about to send its statement `at`: nothing that it does then reaches the server. */
function killedAt(at: number): { database: Database; isDead: () => boolean } {
  let sent = 0;
  const trace = (): void => {
    sent += 1;
    if (sent >= at) throw new Error('killed');
  };
  return { database: site.database({ trace }), isDead: () => sent >= at };
}

/**
 * Runs `work` killed at its first statement, then at its second, and so on to its end; each time from a fresh start, and
 * then once more without a kill.
 *
 * @returns at how many places it was killed
 */
async function killedEverywhere(
  prepare: () => Promise<unknown>,
  work: (database: Database) => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    await emptyOperations(site);
    await prepare();
    const { database, isDead } = killedAt(at);
    await work(database).catch((error: unknown) => {
      if (!isDead()) throw error;
    });
    await database.close();
    await work(site.database());
    await check();
    if (!isDead()) return at - 1;
  }
}

const count = async (table: string, where = '1'): Promise<number> => {
  const [row] = await site.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table} WHERE ${where}`);
  return row!.count;
};

const orphan = async (): Promise<string> => {
  const createdAt = now() - 600;
  const uuid = await insertOperation(site, { createdAt, work: 'none' });
  await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [createdAt, uuid]);
  return uuid;
};

describe('killed at every statement and run again', () => {
  test.each([
    ['requeue', planRequeue, applyRequeue, 2, 'queued'],
    ['abort', planAbort, applyAbort, 0, 'abort'],
  ] as const)('%s: each operation is changed once', async (verb, plan, apply, workRows, state) => {
    let operations: string[] = [];
    const places = await killedEverywhere(
      async () => {
        const make =
          verb === 'requeue' ? orphan : async () => insertOperation(site, { createdAt: now() - 600 });
        operations = [await make(), await make()];
      },
      async (database) => {
        const request = {
          ...{ operations, force: false, reason: null, isRehearsal: false, producer: PRODUCER, now },
          warn: () => undefined,
        };
        const planned = await plan(database, request);
        for await (const outcome of apply(database, request, planned))
          if ('kind' in outcome) expect(outcome.kind).toBe('already');
      },
      async () => {
        expect(await count('work_queue')).toBe(workRows);
        expect(await count('object_states', `object_type = 'NET_OP' AND state_value = '${state}'`)).toBe(2);
      },
    );
    expect(places).toBeGreaterThan(8);
  });

  test('prune: what is old is gone, what is active is there', async () => {
    const places = await killedEverywhere(
      async () => {
        await insertOperation(site, { createdAt: now() - 2 * WEEK, state: 'queued' });
        await site.query(
          `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
           SELECT UUID(), 'net_op', 'NETWORK', ?, ? FROM seq_1_to_8`,
          [NETWORK, now() - 2 * WEEK],
        );
      },
      async (database) =>
        prune(database, {
          ...{
            olderThan: null,
            batch: 3,
            sleep: 0,
            maxRows: Infinity,
            maxDuration: Infinity,
            resumeAfter: null,
          },
          ...{ isRehearsal: false, now, signal: new AbortController().signal, task, warn: () => undefined },
        }),
      async () => expect(await count('cluster_operation_targets')).toBe(1),
    );
    expect(places).toBeGreaterThan(8);
  });

  test('a named load: each line is one operation, whole', async () => {
    const places = await killedEverywhere(
      async () => undefined,
      async (database) => load(database, linesOf(Array.from({ length: 9 }, deploy)), { runId: 'killed' }),
      expectWhole(9),
    );
    expect(places).toBeGreaterThan(12);
  });
});

const deploy = (change = {}): string =>
  JSON.stringify({ operation_type: 'net_op', network_uuid: 'lan', tasks: ['network_deploy'], ...change });

async function* linesOf(texts: readonly string[]): AsyncGenerator<InputLine[]> {
  yield texts.map((text, index) => ({ number: index + 1, text }));
}

async function load(
  database: Database,
  lines: AsyncIterable<InputLine[]>,
  { runId = null as string | null, batch = 3 } = {},
): Promise<BulkAccount> {
  const run = runId === null ? null : await Run.resume(database, runId);
  const bulk = new BulkLoad(database, lines, {
    ...{
      force: false,
      batch,
      onError: 'skip' as const,
      run,
      isRehearsal: false,
      producer: PRODUCER,
      task,
      now,
    },
    warn: () => undefined,
  });
  for await (const results of bulk.results()) for (const { line } of results) expect(line).toBeGreaterThan(0);
  return bulk.account;
}

const expectWhole = (lines: number) => async (): Promise<void> => {
  const tables = await operationTables(site);
  expect(Object.values(tables).map((rows) => rows.length)).toEqual([lines, lines, lines, lines]);
  const payloads = new Set((tables.work_queue as { payload: string }[]).map(({ payload }) => payload));
  expect(payloads.size).toBe(lines);
};

test('a file with an error in every third line: the others are written, and the account is right', async () => {
  const bad = ['{', deploy({ network_uuid: 'nowhere' }), deploy({ tasks: [] }), '[]'];
  const texts = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 2 ? bad[Math.floor(index / 3) % bad.length]! : deploy(),
  );
  const account = await load(site.database(), linesOf(texts), { batch: 50 });
  expect(account).toMatchObject({ created: 200, failed: 100, stopped: null, lost: null });
  await expectWhole(200)();
});

test('a deadlock at each batch: all of it is written, once', async () => {
  const seen = new Map<string, number>();
  let deadlocks = 0;
  const trace = (sql: string): void => {
    if (!sql.includes('INSERT INTO `cluster_operations`')) return;
    const times = (seen.get('writes') ?? 0) + 1;
    seen.set('writes', times);
    if (times % 2 === 0) return;
    deadlocks += 1;
    throw Object.assign(new Error('Deadlock found when trying to get lock'), { errno: 1213 });
  };
  const account = await load(site.database({ trace }), linesOf(Array.from({ length: 40 }, deploy)), {
    batch: 10,
  });
  expect(deadlocks).toBeGreaterThanOrEqual(4);
  expect(account).toMatchObject({ created: 40, failed: 0 });
  await expectWhole(40)();
});
