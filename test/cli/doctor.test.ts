import { beforeAll, describe, expect, test } from '@jest/globals';
import { ExitCode } from '../../src/core/exit-codes.js';
import { deployment } from '../database/diagnosis.js';
import {
  connectAsAdministrator,
  sharedServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

interface Document {
  ok: boolean;
  checks: { id: string; title: string; result: string; detail: string; hint: string | null }[];
  server: Record<string, unknown> | null;
  nodes: object[];
}

let server: TestServer;
let healthy: DatabaseSettings;
let broken: DatabaseSettings;

beforeAll(async () => {
  server = await sharedServer();
  healthy = await deployment(server);
  broken = await deployment(server, { extra: ['DROP TABLE events', 'ALTER TABLE nodes ENGINE=Aria'] });
});

function doctor(database: DatabaseSettings, ...args: string[]): Promise<Outcome> {
  return runCli(['doctor', ...connectionFlags(database), ...args]);
}

describe('a healthy database', () => {
  test('is ok, with every check in the answer', async () => {
    const outcome = await doctor(healthy, '--json');
    const document = jsonOf<Document>(outcome);

    expect(outcome.exitCode).toBe(ExitCode.OK);
    expect(outcome.stderr).toBe('');
    expect(document.ok).toBe(true);
    expect(document.nodes).toEqual([]);
    expect(document.server).toMatchObject({
      address: healthy.socketPath,
      version: expect.stringContaining(`${server.version}-MariaDB`),
      database: healthy.database,
      account: `${healthy.user}@localhost`,
      read_only: false,
    });
    expect(document.checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['mariadb-version', 'target-key', 'clock']),
    );
    for (const check of document.checks) {
      expect(check).toEqual({
        id: expect.stringMatching(/^[a-z-]+$/),
        title: expect.any(String),
        result: expect.stringMatching(/^(pass|info)$/),
        detail: expect.stringMatching(/\.$/),
        hint: check.result === 'info' ? check.hint : null,
        why: expect.any(String),
      });
    }
  });

  test('says the good news and nothing else', async () => {
    const { stdout, exitCode } = await doctor(healthy, '--format', 'table');
    expect(stdout).toMatch(/^ok: \d+ checks\n+\d+ passed, 3 notes \(--verbose\)\n$/);
    expect(stdout).not.toContain('mariadb-version');
    expect(exitCode).toBe(ExitCode.OK);
  });
});

describe('a broken database', () => {
  test.each(['table', 'plain', 'json', 'ndjson', 'csv'])(
    'is not ok in %s, and every failure is listed',
    async (format) => {
      const { stdout, exitCode } = await doctor(broken, '--format', format);
      expect(exitCode).toBe(ExitCode.NO);
      expect(stdout).toContain('Missing: events.');
      expect(stdout).toContain('nodes is Aria.');
      expect(stdout).toContain('Is --database the one of Shaken Fist?');
      expect(stdout).toContain('ALTER TABLE … ENGINE=InnoDB');
    },
  );

  test('shows failures first', async () => {
    const { stdout } = await doctor(broken);
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]);
    expect(results.slice(0, 2)).toEqual(['fail', 'fail']);
    expect(results.slice(2)).not.toContain('fail');
  });

  test('is painted on a terminal', async () => {
    const { stdout } = await runCli(['doctor', ...connectionFlags(broken)], { tty: true });
    expect(stdout).toContain('\u001b[31m  fail       tables            Missing: events.\u001b[39m');
    expect(stdout).toMatch(/not ok: 2 of \d+ checks failed, \d+ wants? attention/);
  });
});

test('what could not be checked is a warning, not a failure and not a pass', async () => {
  const administrator = await connectAsAdministrator(server, healthy.database);
  await administrator.query("CREATE USER doctor_elsewhere@localhost, doctor_elsewhere@'%'");
  await administrator.query(`GRANT ALL ON ${healthy.database}.* TO doctor_elsewhere@'%'`);
  await administrator.end();
  const outcome = await doctor({ ...healthy, user: 'doctor_elsewhere' }, '--json');

  expect(outcome.exitCode).toBe(ExitCode.OK);
  expect(outcome.stderr).toBe('warning: 1 check could not be made: write-privileges.\n');
  expect(jsonOf<Document>(outcome).checks.find(({ id }) => id === 'write-privileges')!.result).toBe(
    'unknown',
  );
});

test.each<[string, (settings: DatabaseSettings) => DatabaseSettings, string]>([
  [
    'a server that is not there',
    (settings) => ({ ...settings, socketPath: `${settings.socketPath}.no` }),
    'unreachable',
  ],
  ['an account that is refused', (settings) => ({ ...settings, user: 'stranger' }), 'access_denied'],
  [
    'a database that does not exist',
    (settings) => ({ ...settings, database: 'sf_test_nowhere' }),
    'unknown_database',
  ],
])('%s is no answer', async (_, change, word) => {
  const outcome = await doctor(change(healthy), '--json');
  expect(outcome.exitCode).toBe(ExitCode.UNAVAILABLE);
  expect(jsonOf(outcome)).toEqual({
    error: expect.objectContaining({ code: word, exit_code: ExitCode.UNAVAILABLE }),
  });
});
