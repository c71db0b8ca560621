import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  hex,
  insertCluster,
  insertNetwork,
  insertOperation,
  NETWORK,
  now,
  setState,
} from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { machineServer } from '../servers/run-folder.js';
import { startIn, startTestServer, type TestServer } from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, startCli } from './run.js';

/** A line of the answer. */
interface Told {
  at: number;
  change: string;
  [field: string]: unknown;
}

/** A watch that runs, and what it has told. */
class Watching {
  readonly told: Told[] = [];
  stderr = '';
  readonly #arrived: AsyncIterator<string>;

  private constructor(readonly child: ChildProcess) {
    this.#arrived = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  static async start(site: Site, ...words: string[]): Promise<Watching> {
    const flags = connectionFlags(site.settings);
    return new Watching(await startCli([...flags, 'watch', '--interval', '0.1', ...words]));
  }

  /** The next line, whenever it comes. */
  async next(): Promise<Told> {
    const line = await this.#arrived.next();
    if (line.done === true) throw new Error(`it ended: ${this.stderr}`);
    this.told.push(JSON.parse(line.value) as Told);
    return this.told.at(-1)!;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const closed = once(this.child, 'close');
    this.child.kill(signal);
    for (let rest = await this.#arrived.next(); rest.done !== true; rest = await this.#arrived.next())
      this.told.push(JSON.parse(rest.value) as Told);
    return ((await closed) as [number | null])[0];
  }

  /** Closes the pipe that it writes to, as `head` does. */
  async leave(): Promise<number | null> {
    const closed = once(this.child, 'exit');
    this.child.stdout!.destroy();
    return ((await closed) as [number | null])[0];
  }
}

describe('watch, off a terminal', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets'])
      await site.query(`DELETE FROM ${table}`);
    await site.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
  });

  test('ends when stdout cannot be written', async () => {
    await insertOperation(site);
    const through = ['bash', '-c', 'exec "$@" >/dev/full', 'bash'];
    const outcome = await runCli([...connectionFlags(site.settings), 'watch', 'pending'], { through });
    expect(outcome).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('stdout cannot be written'),
    });
  });

  test('each change of what is pending is a line with the row of pending; an end tells its state', async () => {
    const orphan = await insertOperation(site, { work: 'none', createdAt: now() - 60 });
    const watching = await Watching.start(site);
    expect(await watching.next()).toMatchObject({
      change: 'appeared',
      operation_uuid: orphan,
      stuck: 'orphaned',
      target_name: 'lan',
    });
    const uuid = await insertOperation(site);
    const appeared = await watching.next();
    expect(appeared).toMatchObject({ change: 'appeared', operation_uuid: uuid, state: 'queued', queue: {} });
    expect(Math.abs(appeared.at - now())).toBeLessThan(30);
    await setState(site, 'NET_OP', uuid, 'executing');
    expect(await watching.next()).toMatchObject({
      change: 'changed',
      operation_uuid: uuid,
      state: 'executing',
    });
    await site.query('DELETE FROM work_queue');
    await setState(site, 'NET_OP', uuid, 'error');
    expect(await watching.next()).toMatchObject({
      ...{ change: 'ended', operation_uuid: uuid, state: 'error', reason: 'failed' },
      ...{ queue: null, stuck: null },
    });
    await site.query('DELETE FROM object_states WHERE object_uuid = ?', [orphan]);
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(orphan)]);
    await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [orphan]);
    expect(await watching.next()).toMatchObject({
      ...{ change: 'ended', operation_uuid: orphan, state: null, reason: 'gone' },
    });
    expect(await watching.end('SIGINT')).toBe(130);
    expect(watching.told).toHaveLength(5);
    expect(watching.stderr).toBe('');
  });

  test('only what was asked for: an object, a type', async () => {
    const other = '20000001-0000-4000-8000-000000000001';
    await insertNetwork(site, other, 'other');
    const elsewhere = await insertOperation(site, { targets: [['NETWORK', other]], createdAt: now() - 9 });
    const here = await insertOperation(site, { createdAt: now() - 8 });
    const look = async (...words: string[]): Promise<unknown[]> => {
      const outcome = await runCli([
        ...connectionFlags(site.settings),
        'watch',
        ...words,
        '--timeout',
        '0',
        '--json',
      ]);
      expect(outcome).toMatchObject({ stderr: '', exitCode: 0 });
      return jsonOf<{ changes: { operation_uuid: string }[] }>(outcome).changes.map(
        (one) => one.operation_uuid,
      );
    };
    expect(await look()).toEqual([elsewhere, here]);
    expect(await look('pending', 'network')).toEqual([elsewhere, here]);
    expect(await look('pending', 'network', 'other')).toEqual([elsewhere]);
    expect(await look('pending', 'network', 'lan')).toEqual([here]);
    expect(await look('pending', 'network/lan')).toEqual([here]);
    expect(await look('pending', 'instance')).toEqual([]);
  });

  test('queues', async () => {
    const watching = await Watching.start(site, 'queues');
    await insertOperation(site);
    const queue = { queue_name: 'networknode-clusteroperation-user_facing' };
    expect(await watching.next()).toMatchObject({ change: 'appeared', ...queue, ready: 1, claimed: 0 });
    await site.query("UPDATE work_queue SET claimed_at = ?, claimed_by = 'sf-1'", [now()]);
    expect(await watching.next()).toMatchObject({ change: 'changed', ...queue, ready: 0, claimed: 1 });
    await site.query('DELETE FROM work_queue');
    expect(await watching.next()).toMatchObject({ change: 'ended', ...queue, ready: 0, claimed: 0 });
    expect(await watching.end('SIGTERM')).toBe(143);
  });

  test('networks', async () => {
    const watching = await Watching.start(site, 'network', 'lan');
    const network = { network_uuid: NETWORK, name: 'lan' };
    expect(await watching.next()).toMatchObject({ change: 'appeared', ...network, okay: true, pending: 0 });
    await insertOperation(site, { work: 'none', createdAt: now() - 60 });
    const changed = { change: 'changed', ...network, pending: 1, stuck: 1, verdict: 'pending' };
    expect(await watching.next()).toMatchObject(changed);
    expect(await watching.end('SIGINT')).toBe(130);
  });

  test('columns of scripts', async () => {
    const uuid = await insertOperation(site);
    const words = ['--columns', 'change,operation_uuid,state', '--timeout', '0'];
    for (const [format, separator] of [
      ['csv', ','],
      ['plain', '\t'],
    ] as const) {
      const { stdout } = await runCli([...connectionFlags(site.settings), 'watch', ...words, '-o', format]);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(['appeared', uuid, 'queued'].join(separator));
    }
  });

  test('the deadline is 4, what is not there 6, what makes no sense 2', async () => {
    const exits: (readonly [number, ...string[]])[] = [
      [4, '--timeout', '0.5'],
      [6, 'network', 'nowhere'],
      [2, 'queues', 'lan'],
      [2, 'pending', 'spaceship'],
      [2, '--interval', '0'],
    ];
    for (const [code, ...words] of exits) {
      const { exitCode, stdout } = await runCli([...connectionFlags(site.settings), 'watch', ...words]);
      expect({ words, exitCode, stdout }).toEqual({ words, exitCode: code, stdout: '' });
    }
  });

  test('a reader that leaves ends it with the next line', async () => {
    const watching = await Watching.start(site);
    await insertOperation(site);
    await watching.next();
    const left = watching.leave();
    await insertOperation(site);
    expect(await left).toBe(0);
    expect(watching.stderr).toBe('');
  });

  test('a name cannot write to the terminal that the lines are read on', async () => {
    const uuid = '20000002-0000-4000-8000-000000000002';
    await insertNetwork(site, uuid, '\u001b[2Jgone');
    const { stdout } = await runCli([
      ...connectionFlags(site.settings),
      'watch',
      'network',
      uuid,
      '--timeout',
      '0',
    ]);
    expect(stdout).toContain('\\u001b[2Jgone');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('watch, when the database is lost', () => {
  let server: TestServer;
  let site: Site;

  beforeAll(async () => {
    server = await startTestServer();
    site = await Site.create({}, server);
    await insertCluster(site);
    await insertOperation(site);
  });
  afterAll(async () => {
    await site.close().catch(() => undefined);
    await server.stop();
  });

  test('a restart is waited out, said once, and tells nothing as new that was there; a loss is 69', async () => {
    const watching = await Watching.start(site);
    const impatient = await Watching.start(site, '--retry-for', '0.2');
    await Promise.all([watching.next(), impatient.next()]);
    const lost = once(impatient.child, 'exit');
    await server.kill();
    expect(await lost).toEqual([69, null]);
    server = await startIn(dirname(server.dataDirectory), await machineServer(), {});
    const connection = await createConnection(site.settings);
    await connection.query("UPDATE object_states SET state_value = 'executing' WHERE object_type = 'NET_OP'");
    await connection.end();
    expect(await watching.next()).toMatchObject({ change: 'changed', state: 'executing' });
    expect(await watching.end('SIGINT')).toBe(130);
    expect(watching.stderr.match(/What was told is stale; asking again\./g)).toHaveLength(1);
    expect(watching.stderr.match(/The database answers again\./g)).toHaveLength(1);
  });
});
