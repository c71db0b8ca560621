import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { connectionFlags, runCli, startCli, temporaryFile } from '../cli/run.js';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { sharedServer } from '../servers/mariadb.js';

/** Many programs are started, on a machine that may be busy. */
const PATIENCE_MS = 300_000;
const WEEK = 604_800;

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

const deploy = (change = {}): string =>
  JSON.stringify({ operation_type: 'net_op', network_uuid: 'lan', tasks: ['network_deploy'], ...change });

/** Target rows of operations that are gone, from long ago. */
const history = async (rows: number): Promise<unknown> =>
  site.query(
    `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
     SELECT UUID(), 'net_op', 'NETWORK', ?, ? FROM seq_1_to_${rows}`,
    [NETWORK, now() - 2 * WEEK],
  );

const expectWhole = async (lines: number): Promise<void> => {
  const tables = await operationTables(site);
  expect(Object.values(tables).map((rows) => rows.length)).toEqual([lines, lines, lines, lines]);
  const payloads = new Set((tables.work_queue as { payload: string }[]).map(({ payload }) => payload));
  expect(payloads.size).toBe(lines);
};

const expectQueuedOnce = async (): Promise<void> => {
  const { work_queue: work } = await operationTables(site);
  expect(new Set((work as { payload: string }[]).map(({ payload }) => payload)).size).toBe(2);
  expect(work).toHaveLength(2);
  expect(await count('object_states', "object_type = 'NET_OP' AND state_value = 'queued'")).toBe(2);
};

/** Nothing to do, and a node that is alive: this takes a while. */
async function startAnew(): Promise<void> {
  await emptyOperations(site);
  await site.query('UPDATE node_attributes SET last_seen = ?', [now()]);
  await site.query('UPDATE node_daemon_states SET update_time = ?', [now()]);
}

/** What an operator does, and what has to be true when it is done, however often it took. */
interface Job {
  /** Makes what there is to do, and says the words of the command line. */
  prepare: () => Promise<string[]>;
  check: () => Promise<void>;
  /** Statements of which each is a place to die: the last ones, for what comes before only looks. */
  places?: number;
}

const JOBS: Record<string, Job> = {
  requeue: {
    prepare: async () => ['requeue', await orphan(), await orphan(), '--yes'],
    check: expectQueuedOnce,
  },
  abort: {
    prepare: async () => {
      const waiting = [1, 2].map(async () => insertOperation(site, { createdAt: now() - 600 }));
      return ['abort', ...(await Promise.all(waiting)), '--yes'];
    },
    check: async () => {
      expect(await count('work_queue')).toBe(0);
      expect(await count('object_states', "object_type = 'NET_OP' AND state_value = 'abort'")).toBe(2);
    },
  },
  'audit --fix': {
    places: 6, // the second of two repairs; a look takes seconds
    prepare: async () => {
      await Promise.all([orphan(), orphan()]);
      return ['audit', '--fix', 'orphaned-operation', '--yes'];
    },
    check: async () => {
      await expectQueuedOnce();
      // Its event is a part of the repair.
      expect(await count('events')).toBe(2);
    },
  },
  prune: {
    prepare: async () => {
      await insertOperation(site, { createdAt: now() - 2 * WEEK, state: 'queued' });
      await history(8);
      return ['prune', '--batch', '3'];
    },
    check: async () => expect(await count('cluster_operation_targets')).toBe(1),
  },
  'enqueue --file --run-id': {
    prepare: async () => {
      const file = await temporaryFile('lines', Array.from({ length: 9 }, () => deploy()).join('\n'));
      return ['enqueue', '--file', file, '--batch', '3', '--run-id', 'killed'];
    },
    check: async () => expectWhole(9),
  },
};

const throughProxy = (): string[] => {
  const { user, database } = site.settings;
  return ['--host', `127.0.0.1:${proxy.port}`, '--user', user, '--database', database];
};

async function endOf(
  child: ChildProcess,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Nothing that the server has been sent is still under way. */
async function quiet(): Promise<void> {
  const others = `SELECT id FROM information_schema.processlist
    WHERE db = DATABASE() AND id <> CONNECTION_ID() AND (command <> 'Sleep' OR host LIKE '127.0.0.1%')`;
  while ((await site.query(others)).length > 0);
}

describe.each(Object.entries(JOBS))('%s', (_, { prepare, check, places = 14 }) => {
  let first: number;
  beforeAll(async () => {
    await startAnew();
    const others = proxy.traffic.length;
    const outcome = await endOf(await startCli([...(await prepare()), ...throughProxy()]));
    expect(outcome).toMatchObject({ exitCode: 0 });
    await check();
    const sent = proxy.traffic.slice(others).map(({ requestPackets }) => requestPackets);
    first = Math.max(2, Math.max(...sent) - places); // before that is the log-in
    expect(Math.max(...sent)).toBeGreaterThan(6);
  }, PATIENCE_MS);

  test(
    'killed at every statement and run again: nothing is lost, nothing is done twice',
    async () => {
      for (let packet = first; ; packet += 1) {
        await startAnew();
        const words = await prepare();
        const child = await startCli([...words, ...throughProxy()]);
        // The server gets the statement; whether it had been answered, the program cannot tell anybody any more.
        proxy.cutOnce({ direction: 'request', packet, side: 'after' }, () => child.kill('SIGKILL'));
        const outcome = await endOf(child);
        const isKilled = proxy.hasCut;
        proxy.disarm();
        await quiet();
        if (isKilled) {
          const again = await runCli([...words, ...connectionFlags(site.settings)]);
          expect({ packet, ...again }).toMatchObject({ packet, exitCode: 0 });
        } else expect(outcome).toMatchObject({ exitCode: 0 });
        await check();
        if (!isKilled) break;
      }
    },
    PATIENCE_MS,
  );

  test(
    'cut off at every other statement: it is done all the same, once, and says so',
    async () => {
      for (let packet = first; ; packet += 2) {
        await startAnew();
        const words = await prepare();
        // Before a statement, and after one whose answer is lost, take turns.
        const side = (packet - first) % 4 === 0 ? 'before' : 'after';
        proxy.cutOnce({ direction: 'request', packet, side, ending: 'reset' });
        const outcome = await endOf(await startCli([...words, ...throughProxy()]));
        const isCut = proxy.hasCut;
        proxy.disarm();
        expect({ packet, ...outcome }).toMatchObject({ packet, exitCode: 0 });
        await quiet();
        await check();
        if (!isCut) break;
      }
    },
    PATIENCE_MS,
  );
});

test('a file with an error in every third line: the others are written, and the account is right', async () => {
  const bad = ['{', deploy({ network_uuid: 'nowhere' }), deploy({ tasks: [] }), '[]'];
  const texts = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 2 ? bad[Math.floor(index / 3) % bad.length]! : deploy(),
  );
  const words = ['enqueue', '--file', '-', '--batch', '50', '--format', 'ndjson'];
  const { exitCode, stdout, stderr } = await runCli([...words, ...connectionFlags(site.settings)], {
    stdin: texts.join('\n'),
  });
  expect(stderr).toMatch(/200 created, 0 reused, 100 failed\.\n$/);
  expect(exitCode).toBe(2);
  const failed = stdout.split('\n').filter((line) => line.includes('"error"'));
  expect(failed.map((line) => (JSON.parse(line) as { line: number }).line % 3)).toEqual(Array(100).fill(0));
  await expectWhole(200);
});

/** Somebody who holds what a statement needs next, and wants what that statement has. */
class Rival {
  private constructor(private readonly connection: Connection) {}

  static async enter(): Promise<Rival> {
    return new Rival(await createConnection({ ...site.settings, user: 'root' }));
  }

  /**
   * Takes locks, waits until somebody waits for them, and asks for those that this one holds. InnoDB ends the one of the
   * two that has changed less, and that is not the rival.
   */
  async deadlock(takes: string, wants: string, isOver: () => boolean): Promise<void> {
    await this.connection.query('START TRANSACTION');
    await this.connection.query(
      "INSERT INTO cluster_config SELECT CONCAT('rival-', seq), '0', 0 FROM seq_1_to_3000",
    );
    await this.connection.query(takes);
    // The server renews what it says of locks when it has not been asked for a tenth of a second.
    while (!isOver() && !(await this.isWaitedFor())) await delay(150);
    if (!isOver()) await this.connection.query(wants);
    await this.connection.query('ROLLBACK');
  }

  async leave(): Promise<void> {
    await this.connection.end();
  }

  private async isWaitedFor(): Promise<boolean> {
    const [rows] = await this.connection.query<RowDataPacket[]>(
      'SELECT 1 FROM information_schema.innodb_lock_waits WHERE blocking_trx_id = (SELECT trx_id FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = CONNECTION_ID())',
    );
    return rows.length > 0;
  }
}

describe('a deadlock that the server makes', () => {
  const deadlocks = async (): Promise<number> => {
    const [row] = await site.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    return Number(row!.Value);
  };

  /** @param times how often a deadlock is made while the program runs */
  async function amidDeadlocks(
    words: readonly string[],
    stdin: string,
    takes: string,
    wants: string,
  ): Promise<{ outcome: Awaited<ReturnType<typeof runCli>>; made: number }> {
    const before = await deadlocks();
    const rival = await Rival.enter();
    let isOver = false;
    const running = runCli([...words, ...connectionFlags(site.settings)], { stdin }).finally(
      () => (isOver = true),
    );
    for (let times = 0; times < 4 && !isOver; times += 1) await rival.deadlock(takes, wants, () => isOver);
    const outcome = await running;
    await rival.leave();
    return { outcome, made: (await deadlocks()) - before };
  }

  test('at batches of a load: all of it is written, once', async () => {
    const stdin = Array.from({ length: 40 }, () => deploy()).join('\n');
    const { outcome, made } = await amidDeadlocks(
      ['enqueue', '--file', '-', '--batch', '10'],
      stdin,
      'SELECT * FROM cluster_operation_targets ORDER BY sequence_number DESC LIMIT 1 FOR UPDATE',
      "UPDATE networks SET netblock = '10.0.0.0/25' WHERE name = 'lan'",
    );
    expect(made).toBeGreaterThanOrEqual(1);
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(outcome.stderr).toContain('40 created, 0 reused, 0 failed.');
    await expectWhole(40);
  });

  test('at a batch of prune: all of it is removed, and counted once', async () => {
    await history(40);
    const { outcome, made } = await amidDeadlocks(
      ['prune', '--batch', '40', '--json'],
      '',
      'SELECT * FROM cluster_operation_targets ORDER BY sequence_number DESC LIMIT 1 FOR UPDATE',
      'SELECT * FROM cluster_operation_targets ORDER BY sequence_number LIMIT 1 FOR UPDATE',
    );
    expect(made).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ deleted: 40, complete: true });
    expect(await count('cluster_operation_targets')).toBe(0);
  });
});
