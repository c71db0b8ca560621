import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode } from '../../src/core/exit-codes.js';
import { sandboxPaths } from '../../src/sandbox/paths.js';
import { freePorts } from '../servers/ports.js';
import { newSandboxUser, type SandboxUser } from './shell.js';

const ORPHAN = '70000002';
const THREE_TARGETS = '70000018';
const QUEUED = '70000024';
const NEW = '0d9d3e1c-5b1f-4c7e-9a55-3f0b7c1f6d2e';
const ENQUEUE = `sf-ops --sandbox enqueue net_op --network-uuid web --task network_deploy --uuid ${NEW}`;

jest.setTimeout(60_000); // making a sandbox takes a second, and many on a busy machine

let user: SandboxUser;

beforeEach(async () => {
  user = await newSandboxUser();
});

afterEach(async () => {
  await user.leave();
});

async function json<T>(line: string): Promise<T> {
  const { stdout } = await user.type(`${line} --json`);
  return JSON.parse(stdout) as T;
}

describe('the server', () => {
  test('goes from absent to running to stopped; to stop it again is no failure', async () => {
    expect(await json('sf-ops sandbox status')).toMatchObject({ state: 'absent', pid: null, version: null });

    const first = await user.type('sf-ops sandbox start');
    expect(first.exitCode).toBe(ExitCode.OK);
    expect(first.stderr).toContain('Making a private MariaDB server.');
    const { socketPath, dataDirectory, logFile } = sandboxPaths(user.environment);
    expect(await json('sf-ops sandbox status')).toEqual({
      state: 'running',
      pid: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+-MariaDB/),
      tcp_port: null,
      password_file: null,
      socket_path: socketPath,
      data_directory: dataDirectory,
      log_file: logFile,
    });
    expect((await user.type('sf-ops sandbox start')).stderr).toBe('');

    expect(await json('sf-ops sandbox stop')).toEqual({ stopped: true, pid: expect.any(Number) });
    expect(await json('sf-ops sandbox stop')).toEqual({ stopped: false, pid: null });
    expect(await json('sf-ops sandbox status')).toMatchObject({ state: 'stopped', socket_path: socketPath });
  });

  test('listens on the port that --port names, and on none that the environment names', async () => {
    const [port] = await freePorts(1);
    await user.type('sf-ops sandbox start', { SF_OPS_PORT: String(port) });
    expect(await json('sf-ops sandbox status')).toMatchObject({ tcp_port: null });
    await user.type('sf-ops sandbox stop');

    expect(await json(`sf-ops sandbox start --port ${port}`)).toMatchObject({
      state: 'running',
      tcp_port: port,
    });
    expect((await user.type('sf-ops sandbox url')).stdout).toBe(
      `mysql://shakenfist@127.0.0.1:${port}/shakenfist\n`,
    );
    const { password_file: passwordFile } = await json<{ password_file: string }>('sf-ops sandbox status');
    const over = `sf-ops --host 127.0.0.1:${port} --password-file ${passwordFile} pending --all`;
    expect((await user.type(over)).exitCode).toBe(ExitCode.OK);
  });

  test.each(['0', '65536', 'x'])('refuses --port %s', async (port) => {
    const { exitCode, stderr } = await user.type(`sf-ops sandbox start --port ${port}`);
    expect(exitCode).toBe(ExitCode.USAGE);
    expect(stderr).toContain(`--port "${port}" is not a port`);
  });

  test.each(['table', 'plain'])('its address is one line in the format %s', async (format) => {
    const { stdout } = await user.type(`sf-ops sandbox url --format ${format}`);
    const socket = encodeURIComponent(sandboxPaths(user.environment).socketPath);
    expect(stdout).toBe(`mysql://shakenfist@localhost/shakenfist?socket=${socket}\n`);
  });
});

describe('its cluster', () => {
  test('is empty but whole when nobody has started it before', async () => {
    const { exitCode, stdout } = await user.type('sf-ops --sandbox pending --all --json');
    expect(exitCode).toBe(ExitCode.OK);
    expect(JSON.parse(stdout)).toMatchObject({ pending: false, count: 0, targets: [] });
  });

  test('is made up by seed, again and again, and emptied by reset', async () => {
    const pending = async (): Promise<number> =>
      (await json<{ count: number }>('sf-ops --sandbox pending network db')).count;
    const first = await json<{ schema: string; objects: object[]; rows: Record<string, number> }>(
      'sf-ops sandbox seed',
    );
    expect(first).toMatchObject({ schema: 'baseline', rows: { networks: 9, cluster_operations: 24 } });
    expect(await pending()).toBe(2);

    const second = await json<{ objects: object[] }>('sf-ops sandbox seed --current');
    expect(second).toMatchObject({ schema: 'current' });
    expect(second.objects).toEqual(first.objects);
    expect(await pending()).toBe(2);

    expect((await user.type('sf-ops sandbox reset')).exitCode).toBe(ExitCode.OK);
    expect((await user.type('sf-ops --sandbox pending network db')).exitCode).toBe(ExitCode.NOT_FOUND);
  });

  test.each(['seed', 'reset'])(
    '%s does not throw away what it cannot make again unless told to',
    async (action) => {
      await user.type('sf-ops sandbox seed');
      await user.type(ENQUEUE);
      const { exitCode, stderr } = await user.type(`sf-ops sandbox ${action}`);
      expect(exitCode).toBe(ExitCode.REFUSED);
      expect(stderr).toContain('Objects and operations that were not seeded: 1.');
      expect((await user.type('sf-ops --sandbox pending network web --exit-code')).exitCode).toBe(
        ExitCode.PENDING,
      );

      expect((await user.type(`sf-ops sandbox ${action} --yes`)).exitCode).toBe(ExitCode.OK);
      const after = await json<{ count: number }>(
        'sf-ops --sandbox pending network 20000001-0000-4000-8000-000000000001',
      );
      expect(after.count).toBe(0);
    },
  );

  test('is removed whole by reset --purge, which asks first where something would be lost', async () => {
    await user.type('sf-ops sandbox seed --current');
    await user.type('sf-ops --sandbox enqueue net_op --network-uuid web --task network_deploy');
    const refused = await user.type('sf-ops sandbox reset --purge');
    expect(refused).toMatchObject({ exitCode: ExitCode.REFUSED, stdout: '' });
    expect(refused.stderr).toContain('not seeded: ');

    const removed = await user.type('sf-ops sandbox reset --purge --yes --json');
    expect(removed.exitCode).toBe(ExitCode.OK);
    expect(JSON.parse(removed.stdout)).toMatchObject({ state: 'absent', pid: null });
    expect(existsSync(sandboxPaths(user.environment).directory)).toBe(false);
    expect((await user.type('sf-ops sandbox reset --purge')).exitCode).toBe(ExitCode.OK);
  });

  test('can be reset when its server cannot start any more', async () => {
    await user.type('sf-ops sandbox seed');
    await user.type('sf-ops sandbox stop');
    const { dataDirectory } = sandboxPaths(user.environment);
    await writeFile(join(dataDirectory, 'ibdata1'), 'not a tablespace');

    const refused = await user.type('sf-ops sandbox reset');
    expect(refused.exitCode).toBe(ExitCode.REFUSED);
    expect(refused.stderr).toContain('What is in the sandbox cannot be read');
    expect((await user.type('sf-ops sandbox reset --yes')).exitCode).toBe(ExitCode.OK);
    expect(await json('sf-ops --sandbox pending --all')).toMatchObject({ count: 0 });
  });

  test('seed lists what it made in every format', async () => {
    const seed = async (format: string): Promise<string> =>
      (await user.type(`sf-ops sandbox seed --format ${format}`)).stdout;
    const web = ['network', '20000001-0000-4000-8000-000000000001', 'web', 'created'];
    expect(await seed('table')).toMatch(/^network\/web +created +nothing pending/m);
    expect(await seed('wide')).toMatch(new RegExp(` ${web.join(' +')} `, 'm'));
    expect(await seed('plain')).toContain(web.join('\t'));
    expect(await seed('csv')).toContain(`\r\n${web.join(',')},`);
    const [line] = (await seed('ndjson')).split('\n');
    expect(JSON.parse(line!)).toMatchObject({ object_type: 'node', name: 'sf-1', state: 'created' });
  });
});

describe('finish', () => {
  beforeEach(async () => {
    await user.type('sf-ops sandbox seed');
  });

  test('plays the worker: the operation is complete and nothing is pending any more', async () => {
    await user.type(ENQUEUE);
    expect(await json(`sf-ops sandbox finish ${NEW}`)).toEqual({
      finished: [
        {
          operation_uuid: NEW,
          operation_type: 'net_op',
          from_state: 'queued',
          state: 'complete',
          queue_name: 'networknode-clusteroperation-user_facing',
          finished_at: expect.any(Number),
        },
      ],
    });
    expect(await json('sf-ops --sandbox pending network web')).toMatchObject({ count: 0 });
    const again = await user.type(`sf-ops sandbox finish ${NEW}`);
    expect(again.exitCode).toBe(ExitCode.REFUSED);
    expect(again.stderr).toContain('has ended already: complete');
  });

  test.each(['error', 'abort'])('ends an operation in the state %s', async (state) => {
    const { exitCode, stdout } = await user.type(`sf-ops sandbox finish ${QUEUED} --state ${state}`);
    expect(exitCode).toBe(ExitCode.OK);
    expect(stdout.split('\t')).toContain(state);
  });

  test('takes several, from standard input too, and ends all of them or none', async () => {
    const none = await user.type(
      `printf '%s\\n' ${QUEUED} ${ORPHAN} | sf-ops sandbox finish ${THREE_TARGETS} -`,
    );
    expect(none.exitCode).toBe(ExitCode.REFUSED);
    expect(none.stderr).toContain('has no work row');
    expect(await json('sf-ops --sandbox pending instance db-1')).toMatchObject({ count: 1 });

    const both = await user.type(`echo ${QUEUED} | sf-ops sandbox finish ${THREE_TARGETS} - ${QUEUED}`);
    expect(both.exitCode).toBe(ExitCode.OK);
    expect(both.stdout.trim().split('\n')).toHaveLength(2);
    expect(await json('sf-ops --sandbox pending instance db-1')).toMatchObject({ count: 0 });
  });

  test.each([
    ['an unknown uuid', NEW, ExitCode.NOT_FOUND],
    ['an unknown beginning', '0123456789', ExitCode.NOT_FOUND],
    ['a beginning that is too short', '70000', ExitCode.NOT_FOUND],
    ['what is no uuid', 'web', ExitCode.NOT_FOUND],
    ['a state that no worker sets', `${QUEUED} --state deleted`, ExitCode.USAGE],
  ])('refuses %s', async (_, words, expected) => {
    const { exitCode, stdout } = await user.type(`sf-ops sandbox finish ${words}`);
    expect([exitCode, stdout]).toEqual([expected, '']);
  });

  test('lists the operations that a beginning could mean', async () => {
    const twin = `${QUEUED}-1111-4111-8111-111111111111`;
    await user.type(ENQUEUE.replace(NEW, twin));
    const { exitCode, stderr } = await user.type(`sf-ops sandbox finish ${QUEUED}`);
    expect(exitCode).toBe(ExitCode.USAGE);
    expect(stderr).toContain(twin);
  });

  test('knows no other database than the sandbox', async () => {
    const elsewhere = { SHAKENFIST_MARIADB_HOST: '192.0.2.1', SF_OPS_SOCKET: '/nowhere' };
    expect((await user.type(`sf-ops sandbox finish ${QUEUED}`, elsewhere)).exitCode).toBe(ExitCode.OK);
    expect((await user.type(`sf-ops --host 192.0.2.1 sandbox finish ${THREE_TARGETS}`)).exitCode).toBe(
      ExitCode.OK,
    );
  });
});
