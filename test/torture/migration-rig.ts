import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createConnection,
  type Connection,
  type ConnectionOptions,
  type RowDataPacket,
} from 'mysql2/promise';
import { startCli } from '../cli/run.js';
import { COLUMN } from '../fixtures/migrating.js';
import { schemaStatements } from '../fixtures/schema.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { runFolder } from '../servers/run-folder.js';
import type {
  MigrationFault,
  MigrationHistory,
  MigrationPlan,
  MigratorRun,
  Write,
} from './migration-history.js';

/** Servers for histories: one, or the nodes of a cluster. */
export interface Ground {
  readonly nodes: readonly {
    settings(database: string): ConnectionOptions & { host: string; port: number; user: string };
    freeze(): void;
    thaw(): void;
    kill(): Promise<void>;
  }[];
  createDatabase(statements: readonly string[]): Promise<string>;
  settled(): Promise<void>;
  /** Begins anew with all nodes: one that is killed in the middle of a schema change cannot come back by itself. */
  renew(): Promise<void>;
}

/** The program, or one that forgets the fence, for which the checker must find losses. */
export type Migrator = 'product' | 'without a fence';

const WRITERS = 3;
/** Runs of the migrator in one history; the last ones are not disturbed. */
const MOST_RUNS = 8;
/** A cluster that has lost a node goes on after some seconds. */
const REFORMED_WITHIN_MS = 30_000;
const MAX_WAIT = '5s';

/** Runs histories: writers write to the column while a migrator drops it and is hindered, and is run again. */
export class MigrationRig {
  #hasDeadNode = false;

  private constructor(
    private readonly ground: Ground,
    private readonly proxies: readonly FaultProxy[],
  ) {}

  static async start(ground: Ground): Promise<MigrationRig> {
    const proxies = await Promise.all(
      ground.nodes.map((node) => FaultProxy.start({ host: '127.0.0.1', port: node.settings('').port })),
    );
    return new MigrationRig(ground, proxies);
  }

  async run(plan: MigrationPlan, migrator: Migrator): Promise<MigrationHistory> {
    const database = await this.ground.createDatabase(
      schemaStatements({ version: 'baseline', lastClusterOperation: plan.type }),
    );
    const rows = Array.from({ length: plan.rows }, (_, index) => rowUuid(index));
    const byHand = await this.#byHand(database);
    const initial = await fill(byHand, rows);
    const over = new AbortController();
    const writes: Write[] = [];
    const writers = Array.from({ length: WRITERS }, async (_, number) =>
      this.#write(
        database,
        rows.filter((__, index) => index % WRITERS === number),
        plan,
        writes,
        over.signal,
      ),
    );
    const holder = this.#hold(database, plan, over.signal);
    const folder = await mkdtemp(join(runFolder(), 'migration-'));
    const isProduct = migrator === 'product';
    const kept = isProduct ? null : await dropWithoutFence(byHand, writes);
    const runs = isProduct ? await this.#migrate(database, plan, folder) : [];
    over.abort();
    await Promise.all([...writers, holder]);
    if (!this.#hasDeadNode) await this.ground.settled();
    const final = kept ?? (await this.#recover(database, folder));
    await byHand.end().catch(() => undefined);
    if (this.#hasDeadNode) await this.#renew();
    return { seed: plan.seed, initial, writes, runs, final };
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }

  /** Runs the migrator until it is through, as an operator would who reads what it says. */
  async #migrate(database: string, plan: MigrationPlan, folder: string): Promise<MigratorRun[]> {
    const runs: MigratorRun[] = [];
    let file = 1;
    while (runs.length < MOST_RUNS) {
      const backup = join(folder, `values-${file}.ndjson`);
      const args = [
        'migrate',
        'apply',
        'drop-last-cluster-operation',
        '--backup',
        backup,
        '--max-wait',
        MAX_WAIT,
        '--accept-unknown',
      ];
      const run = await this.#cli(database, args, plan.faults[runs.length] ?? null);
      runs.push(run);
      if (run.exitCode === 0) break;
      // The file of an earlier run, whose fence came down again, and others have written since.
      if (run.word === 'backup_exists') file += 1;
      await this.#letLapse(database);
    }
    return runs;
  }

  async #cli(database: string, args: readonly string[], fault: MigrationFault | null): Promise<MigratorRun> {
    const { user } = this.ground.nodes[0]!.settings(database);
    const hosts = this.proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const flags = ['--host', hosts, '--user', user, '--database', database, '--yes', '--json'];
    const child = await startCli([...flags, ...args]);
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr!.resume();
    child.stdin!.end();
    const ended = once(child, 'close') as Promise<[number | null]>;
    const isOver = new AbortController();
    const hindering =
      fault === null ? null : this.#hinder(fault, (signal) => child.kill(signal), isOver.signal);
    const [exitCode] = await ended;
    isOver.abort();
    const fallen = await hindering;
    const document = stdout === '' ? {} : (JSON.parse(stdout) as { error?: { code: string } });
    return { exitCode, word: document.error?.code ?? null, fault: fallen ? fault!.kind : null };
  }

  async #hinder(
    fault: MigrationFault,
    send: (signal: 'SIGKILL' | 'SIGTERM') => unknown,
    isOver: AbortSignal,
  ): Promise<boolean> {
    await sleep(fault.atMs, undefined, { signal: isOver }).catch(() => undefined);
    if (isOver.aborted) return false;
    const node = this.ground.nodes[fault.node]!;
    const proxy = this.proxies[fault.node]!;
    switch (fault.kind) {
      case 'kill':
        send('SIGKILL');
        break;
      case 'terminate':
        send('SIGTERM');
        break;
      case 'cut':
        proxy.cutOnce({
          direction: 'reply',
          packet: 5 + (fault.milliseconds % 40),
          side: 'before',
          ending: 'reset',
        });
        break;
      case 'reset':
        proxy.resetAll();
        break;
      case 'freeze':
        node.freeze();
        await sleep(fault.milliseconds);
        node.thaw();
        break;
      case 'kill node':
        this.#hasDeadNode = true;
        await node.kill();
    }
    return true;
  }

  async #renew(): Promise<void> {
    await this.ground.renew();
    for (const [index, node] of this.ground.nodes.entries())
      this.proxies[index]!.switchTo({ host: '127.0.0.1', port: node.settings('').port });
    this.#hasDeadNode = false;
  }

  /** A writer of the old release: it names the column, and goes on where it is refused or cut off. */
  async #write(
    database: string,
    rows: readonly string[],
    { pauseMs, seed, type }: MigrationPlan,
    writes: Write[],
    over: AbortSignal,
  ): Promise<void> {
    let connection: Connection | null = null;
    for (let count = 0; !over.aborted; count += 1) {
      const row = rows[(count * 7) % rows.length]!;
      const text = `${seed} ${count} ${'\'\\"'.repeat(count % 40)}`;
      const value = type === 'JSON' ? JSON.stringify(text) : text;
      try {
        connection ??= await this.#byHand(database, count);
      } catch {
        await sleep(50);
        continue;
      }
      const write: Write = { row, value, outcome: 'unknown' };
      writes.push(write);
      try {
        await connection.query(`UPDATE object_metadata SET ${COLUMN} = ? WHERE object_uuid = ?`, [
          value,
          row,
        ]);
        write.outcome = 'acknowledged';
      } catch (error) {
        if (isRefusal(error)) write.outcome = 'refused';
        else {
          connection.destroy();
          connection = null;
        }
      }
      await sleep(pauseMs);
    }
    await connection?.end().catch(() => undefined);
  }

  /** Keeps the table busy, so that the migrator has to wait. */
  async #hold(database: string, { holdMs }: MigrationPlan, over: AbortSignal): Promise<void> {
    while (!over.aborted && holdMs > 0) {
      const connection = await this.#byHand(database).catch(() => null);
      await connection?.query('START TRANSACTION').catch(() => undefined);
      await connection?.query('SELECT COUNT(*) FROM object_metadata').catch(() => undefined);
      await sleep(holdMs);
      await connection?.query('COMMIT').catch(() => undefined);
      connection?.destroy();
      await sleep(holdMs / 2);
    }
  }

  /** Brings the values back with `restore`, from the newest backup where the column is gone. */
  async #recover(database: string, folder: string): Promise<Map<string, string | null>> {
    const byHand = await this.#byHand(database);
    const [columns] = await byHand.query<RowDataPacket[]>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'object_metadata'",
    );
    const isThere = columns.some(
      ({ name }) => name === COLUMN || (name as string).startsWith('sf_ops_fenced_'),
    );
    const files = Array.from({ length: MOST_RUNS }, (_, index) => join(folder, `values-${index + 1}.ndjson`));
    const newest = files.filter((file) => existsSync(file)).at(-1);
    await this.#letLapse(database);
    const from = isThere || newest === undefined ? [] : ['--from', newest];
    const { exitCode, word } = await this.#cli(database, ['migrate', 'restore', ...from], null);
    if (exitCode !== 0) throw new Error(`restore ended with ${exitCode} (${word})`);
    const values = await valuesOf(byHand, COLUMN);
    await byHand.end();
    return values;
  }

  /** A migrator that was killed keeps its lease for a minute, for which nobody should wait here. */
  async #letLapse(database: string): Promise<void> {
    const byHand = await this.#byHand(database);
    await byHand.query('UPDATE cluster_locks SET expires_at = NOW() - INTERVAL 1 SECOND');
    await byHand.end();
  }

  /** On a node that answers. */
  async #byHand(database: string, first = 0): Promise<Connection> {
    const giveUp = performance.now() + REFORMED_WITHIN_MS;
    for (let attempt = 0; ; attempt += 1) {
      const node = this.ground.nodes[(first + attempt) % this.ground.nodes.length]!;
      let connection: Connection | null = null;
      try {
        connection = await createConnection({
          ...node.settings(database),
          connectTimeout: 3_000,
          jsonStrings: true,
        });
        connection.on('error', () => undefined);
        if (this.ground.nodes.length > 1) {
          await connection.query('SET SESSION wsrep_sync_wait = 15');
          // Until those that are left have formed a cluster again, a node connects and takes no statement.
          await connection.query('SELECT 1 FROM cluster_locks');
        }
        return connection;
      } catch (error) {
        connection?.destroy();
        if (performance.now() > giveUp) throw error;
        await sleep(100);
      }
    }
  }
}

/** The server answered, and did nothing: the column is not there, or the statement lost against another. */
function isRefusal(error: unknown): boolean {
  return [1054, 1213, 1020, 1205, 1047].includes((error as { errno?: number }).errno ?? 0);
}

function rowUuid(index: number): string {
  return `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
}

async function fill(byHand: Connection, rows: readonly string[]): Promise<Map<string, string | null>> {
  const values = new Map(rows.map((row, index) => [row, index % 3 === 0 ? null : `"initial ${index}"`]));
  await byHand.query(
    `INSERT INTO object_metadata (object_uuid, object_type, metadata_json, ${COLUMN}) VALUES ?`,
    [[...values].map(([row, value]) => [row, 'NETWORK', '{}', value])],
  );
  return values;
}

async function valuesOf(byHand: Connection, column: string): Promise<Map<string, string | null>> {
  const [rows] = await byHand.query<RowDataPacket[]>(
    `SELECT object_uuid AS row, ${column} AS value FROM object_metadata`,
  );
  return new Map(rows.map(({ row, value }) => [row as string, value as string | null]));
}

/** What most would do: keep the values, wait for a moment, drop the column. What was kept is all there is then. */
async function dropWithoutFence(
  byHand: Connection,
  writes: readonly Write[],
): Promise<Map<string, string | null>> {
  const kept = await valuesOf(byHand, COLUMN);
  const enough = writes.length + 30;
  while (writes.length < enough) await sleep(5);
  await byHand.query(`ALTER TABLE object_metadata DROP COLUMN ${COLUMN}`);
  return kept;
}
