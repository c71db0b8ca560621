import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type ConnectionOptions } from 'mysql2/promise';
import { RefusedError } from '../../src/core/errors.js';
import { sandboxConnection } from '../../src/sandbox/connection.js';
import { sandboxPaths, type SandboxPaths } from '../../src/sandbox/paths.js';
import {
  resetSandbox,
  sandboxStatus,
  sandboxUrl,
  startSandbox,
  stopSandbox,
  type SandboxStatus,
} from '../../src/sandbox/sandbox.js';
import { findServerProcess, killServerProcess } from '../../src/sandbox/server-process.js';
import { runFolder, serverCache } from '../servers/run-folder.js';
import { answerOf, bundleProgram, serversOn, spawnProgram, type Variables } from './process.js';

let environment: Variables;
let paths: SandboxPaths;
let bundle: string;

beforeAll(async () => {
  bundle = await bundleProgram();
});

beforeEach(async () => {
  environment = {
    PATH: process.env.PATH!,
    HOME: await mkdtemp(join(runFolder(), 'home-')),
    XDG_CACHE_HOME: join(serverCache(), '..'),
  };
  paths = sandboxPaths(environment);
});

afterEach(async () => {
  await stopSandbox(paths);
});

const USER = { user: 'shakenfist', database: 'shakenfist' };

async function ask(options: ConnectionOptions, sql: string): Promise<unknown> {
  const connection = await createConnection(options);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

const overSocket = (sql: string) => ask({ ...USER, socketPath: paths.socketPath }, sql);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

describe('the sandbox', () => {
  test('goes from absent to running to stopped, and keeps its data', async () => {
    expect((await sandboxStatus(paths)).state).toBe('absent');
    expect(await stopSandbox(paths)).toBeNull();

    const running = await startSandbox(paths);
    expect(running).toMatchObject({ state: 'running', tcpPort: null, passwordFile: null });
    expect(running.version).toMatch(/^\d+\.\d+\.\d+-MariaDB/);
    expect(sandboxUrl(running)).toBe(
      `mysql://shakenfist@localhost/shakenfist?socket=${encodeURIComponent(paths.socketPath)}`,
    );
    expect((await stat(paths.socketDirectory)).mode & 0o777).toBe(0o700);
    await overSocket('CREATE TABLE kept (id INT PRIMARY KEY)');

    expect(await stopSandbox(paths)).toBe(running.pid);
    expect(await sandboxStatus(paths)).toMatchObject({ state: 'stopped', pid: null, version: null });

    expect((await startSandbox(paths)).pid).not.toBe(running.pid);
    expect(await overSocket("SHOW TABLES LIKE 'kept'")).toHaveLength(1);
  });

  test('is started by whoever asks for a connection to it', async () => {
    const settings = await sandboxConnection(environment);
    expect(settings).toMatchObject({
      addresses: [{ socketPath: paths.socketPath }],
      password: '',
      tls: null,
    });
    expect((await sandboxStatus(paths)).state).toBe('running');
  });

  test('lets its account do everything in its database and nothing elsewhere', async () => {
    await startSandbox(paths);
    await overSocket('CREATE TABLE t (id INT PRIMARY KEY)');
    await expect(overSocket('SELECT * FROM mysql.global_priv')).rejects.toMatchObject({ errno: 1142 });
  });

  test('is emptied by a reset, and runs after it', async () => {
    await startSandbox(paths);
    await overSocket('CREATE TABLE gone (id INT PRIMARY KEY)');
    expect((await resetSandbox(paths)).state).toBe('running');
    expect(await overSocket("SHOW TABLES LIKE 'gone'")).toEqual([]);
    expect((await readdir(paths.directory)).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });

  test('clears away what an interrupted start or reset left behind', async () => {
    await mkdir(join(paths.directory, 'data.partial-abc', 'mysql'), { recursive: true, mode: 0o700 });
    await mkdir(join(paths.directory, 'data.discarded-abc', 'data'), { recursive: true, mode: 0o700 });
    await startSandbox(paths);
    expect((await readdir(paths.directory)).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });
});

describe('over TCP', () => {
  test('it listens on the port asked for, and wants the password of its file', async () => {
    const tcpPort = await freePort();
    const running = await startSandbox(paths, { tcpPort });
    expect(running).toMatchObject({ tcpPort, passwordFile: paths.passwordFile });
    expect(sandboxUrl(running)).toBe(`mysql://shakenfist@127.0.0.1:${tcpPort}/shakenfist`);

    const address = { ...USER, host: '127.0.0.1', port: tcpPort };
    expect((await stat(paths.passwordFile)).mode & 0o777).toBe(0o600);
    const password = (await readFile(paths.passwordFile, 'utf8')).trim();
    expect(await ask({ ...address, password }, 'SELECT 1 one')).toEqual([{ one: 1 }]);
    await expect(ask(address, 'SELECT 1')).rejects.toMatchObject({ errno: 1045 });
    await expect(ask({ ...address, user: 'root' }, 'SELECT 1')).rejects.toThrow();
    expect(await readdir(paths.directory)).not.toContain('tcp-account.sql');

    expect(await resetSandbox(paths)).toMatchObject({ tcpPort });
    expect(await ask({ ...address, password }, 'SELECT 1 one')).toEqual([{ one: 1 }]);
  });

  test('it is not opened, and not moved, under the users of a running server', async () => {
    const running = await startSandbox(paths);
    await expect(startSandbox(paths, { tcpPort: await freePort() })).rejects.toThrow(RefusedError);
    expect((await sandboxStatus(paths)).pid).toBe(running.pid);
  });
});

describe('when things go wrong', () => {
  test('the server outlives a starter that is killed', async () => {
    const starter = spawnProgram(bundle, ['start-and-stay'], environment);
    const { pid } = await answerOf<SandboxStatus>(starter);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(await sandboxStatus(paths)).toMatchObject({ state: 'running', pid });
  });

  test('a starter killed while the server starts is followed by one that uses that server', async () => {
    const starter = spawnProgram(bundle, ['start'], environment);
    while (findServerProcess(paths.dataDirectory) === null) await sleep(1);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect((await startSandbox(paths)).state).toBe('running');
    expect(await serversOn(paths.dataDirectory)).toBe(1);
  });

  test('of many starts at once one makes the server and all use it', async () => {
    const starters = Array.from({ length: 6 }, () => spawnProgram(bundle, ['start'], environment));
    const answers = await Promise.all(starters.map((starter) => answerOf<SandboxStatus>(starter)));
    expect(answers.map(({ state }) => state)).toEqual(answers.map(() => 'running'));
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    expect(await serversOn(paths.dataDirectory)).toBe(1);
  });

  test('a server killed with -9 is seen to be gone, and its committed rows come back with the next start', async () => {
    const { pid } = await startSandbox(paths);
    await overSocket('CREATE TABLE kept (id INT PRIMARY KEY)');
    await overSocket('INSERT INTO kept VALUES (7)');
    await killServerProcess(pid!, paths.dataDirectory);
    expect(await sandboxStatus(paths)).toMatchObject({ state: 'stopped', pid: null });
    await startSandbox(paths);
    expect(await overSocket('SELECT * FROM kept')).toEqual([{ id: 7 }]);
  });

  test('a server that is frozen is told apart from one that runs', async () => {
    const { pid } = await startSandbox(paths);
    process.kill(pid!, 'SIGSTOP');
    expect(await sandboxStatus(paths)).toMatchObject({ state: 'unresponsive', pid });
    process.kill(pid!, 'SIGCONT');
    expect(await sandboxStatus(paths)).toMatchObject({ state: 'running', pid });
  });

  test('a process that merely looks alike is neither taken for the server nor ended', async () => {
    const { pid } = await startSandbox(paths);
    const words = [`--datadir=${paths.dataDirectory}-of-another`, '--socket=elsewhere'];
    const bystander = spawn('sh', ['-c', 'read line', 'mariadbd', ...words], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    expect(await stopSandbox(paths)).toBe(pid);
    expect((await sandboxStatus(paths)).state).toBe('stopped');
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
    bystander.kill();
  });
});
