import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { RefusedError, UnavailableError } from '../../src/core/errors.js';
import { createDataDirectory } from '../../src/sandbox/data-directory.js';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { findServerProcess } from '../../src/sandbox/server-process.js';
import { readGreeting, startServer } from '../../src/sandbox/server.js';
import { connectAsAdministrator, createDatabase, sharedServer, startTestServer } from '../servers/mariadb.js';
import { machineServer, runFolder } from '../servers/run-folder.js';

let installation: ServerInstallation;
let folder: string;
beforeAll(async () => {
  installation = await machineServer();
  folder = await mkdtemp(join(runFolder(), 'server-test-'));
});

describe('a data directory', () => {
  test('that cannot be made is not there at all, and the server’s complaint is told', async () => {
    const path = join(folder, 'broken');
    const making = createDataDirectory(installation, path, { statements: ['CREATE NONSENSE;'] });
    await expect(making).rejects.toThrow(UnavailableError);
    await expect(making).rejects.toThrow(/1064.*NONSENSE/);
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});

describe('a server', () => {
  test('keeps out of the temporary folder that other servers use', async () => {
    const server = await sharedServer();
    const connection = await connectAsAdministrator(server);
    const [rows] = await connection.query('SELECT @@tmpdir folder');
    expect(rows).toEqual([{ folder: join(server.dataDirectory, '..', 'tmp') }]);
    await connection.end();
  });

  test('greets with its version, speaks utf8mb4 and has no network', async () => {
    const server = await sharedServer();
    expect((await readGreeting(server.socketPath))?.version).toMatch(
      new RegExp(`^${installation.version}-MariaDB`),
    );
    const database = await createDatabase(server, ["CREATE TABLE t (word TEXT) COMMENT 'ключ'"]);
    const connection = await createConnection({ ...database });
    const [rows] = await connection.query('SELECT @@skip_networking network, @@character_set_server charset');
    expect(rows).toEqual([{ network: 1, charset: 'utf8mb4' }]);
    await connection.end();
  });

  test('takes further options, and they win', async () => {
    const server = await startTestServer({
      extraArguments: ['--collation-server=utf8mb4_bin', '--max-connections=17'],
    });
    const connection = await createConnection({ ...(await createDatabase(server, [])) });
    const [rows] = await connection.query(
      'SELECT @@collation_server collation, @@max_connections connections',
    );
    expect(rows).toEqual([{ collation: 'utf8mb4_bin', connections: 17 }]);
    await connection.end();
    await server.stop();
    expect(findServerProcess(server.dataDirectory)).toBeNull();
    expect(await readGreeting(server.socketPath)).toBeNull();
  });

  test('that ends while it starts is reported with its last words, and leaves no process', async () => {
    const dataDirectory = join(folder, 'data');
    await createDataDirectory(installation, dataDirectory);
    const logFile = join(folder, 'log');
    await writeFile(logFile, '[ERROR] of an earlier start\n');
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const starting = startServer({
      installation,
      dataDirectory,
      logFile,
      socketPath: join(folder, 'socket'),
      tcpPort: port,
    });
    await expect(starting).rejects.toThrow(UnavailableError);
    await expect(starting).rejects.toThrow(/Address already in use/);
    await expect(starting).rejects.not.toThrow(/earlier start/);
    expect(findServerProcess(dataDirectory)).toBeNull();
    taken.close();
  });

  test('is refused a socket that unix cannot name', async () => {
    const socketPath = join(folder, 'x'.repeat(100));
    const starting = startServer({
      installation,
      dataDirectory: folder,
      logFile: join(folder, 'log'),
      socketPath,
    });
    await expect(starting).rejects.toThrow(RefusedError);
  });
});

(process.getuid?.() === 0 ? test : test.skip)(
  'a process of another user is not the server, whatever its command line says (needs root to start one)',
  async () => {
    const dataDirectory = join(folder, 'claimed');
    const claim = (...user: string[]): ChildProcess =>
      spawn('setpriv', [...user, 'sh', '-c', 'echo claimed; cat; true', `--datadir=${dataDirectory}`]);
    for (const [user, found] of [
      [['--reuid=65534', '--clear-groups'], false],
      [['--clear-groups'], true],
    ] as const) {
      const claimant = claim(...user);
      await once(claimant.stdout!, 'data');
      expect(findServerProcess(dataDirectory) !== null).toBe(found);
      claimant.stdin!.end();
      await once(claimant, 'exit');
    }
  },
);
