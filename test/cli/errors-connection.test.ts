import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { schemaStatements } from '../fixtures/schema.js';
import {
  connectAsAdministrator,
  createDatabase,
  startTestServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';
import { freePorts } from '../servers/ports.js';
import { jsonOf, runCli, startCli, temporaryFile, type Outcome } from './run.js';

/** As hard to pass on as passwords get: both files, the environment and SQL have rules for these characters. */
const SECRET = `s3cret=#'"; \\d ü`;
const WRONG = 'wr0ng-s3cret';

let server: TestServer;
let settings: DatabaseSettings;
let ca: string;
let deadPort: number;

beforeAll(async () => {
  const key = await temporaryFile('key.pem', '');
  ca = `${dirname(key)}/cert.pem`;
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-noenc',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-keyout',
    key,
    '-out',
    ca,
  ]);
  const [port, dead] = await freePorts(2);
  deadPort = dead!;
  server = await startTestServer({
    tcpPort: port!,
    extraArguments: [`--ssl-cert=${ca}`, `--ssl-key=${key}`],
  });
  settings = await createDatabase(server, schemaStatements());
  const administrator = await connectAsAdministrator(server);
  for (const host of ['localhost', '127.0.0.1']) {
    await administrator.query(`CREATE USER guarded@'${host}' IDENTIFIED BY ?`, [SECRET]);
    await administrator.query(`GRANT SELECT ON ${settings.database}.* TO guarded@'${host}'`);
  }
  await administrator.query(
    `CREATE USER ciphered@'127.0.0.1' REQUIRE SSL; GRANT SELECT ON ${settings.database}.* TO ciphered@'127.0.0.1'`,
  );
  await administrator.end();
});
afterAll(async () => server.stop());

const ask = async (words: string[], env: Record<string, string> = {}): Promise<Outcome> =>
  runCli(['pending', '--all', '--json', '--database', settings.database, ...words], { env });
const tcp = (host: string): string[] => ['--host', `${host}:${server.tcpPort}`];
const ANSWER = { pending: false, count: 0, targets: [], warnings: [] };

describe('a password', () => {
  const guarded = (): string[] => ['--socket', server.socketPath, '--user', 'guarded'];

  test('arrives whole from the environment, the configuration, an option file and a file of its own', async () => {
    const config = await temporaryFile('config', `SHAKENFIST_MARIADB_PASSWORD=${SECRET}\n`);
    const defaults = await temporaryFile(
      'my.cnf',
      `[client]\npassword="${SECRET.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\n`,
    );
    const file = await temporaryFile('password', `${SECRET}\n`);
    const outcomes = await Promise.all([
      ask(guarded(), { SHAKENFIST_MARIADB_PASSWORD: SECRET }),
      ask([...guarded(), '--config', config]),
      ask([...guarded(), '--defaults-file', defaults]),
      ask([...guarded(), '--password-file', file]),
      ask(guarded(), { SF_OPS_PASSWORD_FILE: file }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      expect(jsonOf(outcome)).toEqual(ANSWER);
    }
  });

  test('that is wrong is refused, and shown nowhere', async () => {
    for (const extra of [[], ['--verbose']]) {
      const outcome = await ask([...guarded(), ...extra], { SHAKENFIST_MARIADB_PASSWORD: WRONG });
      expect(outcome.exitCode).toBe(69);
      expect(jsonOf(outcome)).toMatchObject({ error: { code: 'access_denied' } });
      expect(outcome.stdout + outcome.stderr).not.toContain(WRONG);
    }
  });

  test('is in no command line while the program runs, and there is no flag for it', async () => {
    process.kill(server.pid, 'SIGSTOP');
    try {
      const file = await temporaryFile('password', SECRET);
      const child = await startCli([
        'pending',
        '--all',
        ...guarded(),
        '--password-file',
        file,
        '--timeout',
        '1',
      ]);
      await sleep(300);
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'args', '-ww']);
      const own = await readFile(`/proc/${child.pid}/cmdline`, 'utf8');
      expect(own).toContain('--password-file');
      expect(own + stdout).not.toContain(SECRET);
      await once(child, 'close');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(await ask([...guarded(), `--password=${WRONG}`])).toMatchObject({ exitCode: 2 });
  });
});

describe('TLS by flags, as the mariadb client names them', () => {
  test.each<[string, () => string[], number]>([
    ['the authority', () => [...tcp('localhost'), '--ssl-ca', ca], 0],
    ['without a check', () => [...tcp('127.0.0.1'), '--no-ssl-verify-server-cert'], 0],
    ['without TLS, where the account needs it', () => tcp('127.0.0.1'), 69],
    ['with a check that nothing can meet', () => [...tcp('localhost'), '--ssl-verify-server-cert'], 69],
    ['with another name than the certificate has', () => [...tcp('127.0.0.1'), '--ssl-ca', ca], 69],
    ['with a file that is no certificate', () => [...tcp('localhost'), '--ssl-ca', '/etc/hostname'], 78],
    ['with a file that is not there', () => [...tcp('localhost'), '--ssl-ca', '/nowhere'], 78],
  ])('%s', async (_, words, exitCode) => {
    const outcome = await ask(['--user', 'ciphered', ...words()]);
    expect(outcome.exitCode).toBe(exitCode);
    if (exitCode === 0) expect(jsonOf(outcome)).toEqual(ANSWER);
    else expect(jsonOf(outcome)).toMatchObject({ error: { exit_code: exitCode } });
  });
});

describe('servers', () => {
  test('of a list, the first that answers is used, and that others did not is said', async () => {
    const { user } = settings;
    const outcome = await ask([
      '--user',
      user,
      '--host',
      `127.0.0.1:${deadPort},127.0.0.1:${server.tcpPort}`,
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`127.0.0.1:${deadPort}`) });
    expect(jsonOf(outcome)).toEqual(ANSWER);
    const fromEnvironment = await ask(['--user', user], {
      SHAKENFIST_MARIADB_HOST: `127.0.0.1:${deadPort},127.0.0.1:${server.tcpPort}`,
    });
    expect(fromEnvironment.exitCode).toBe(0);
  });

  test.each([
    ['on the socket', () => ['--socket', server.socketPath]],
    ['over TCP', () => tcp('127.0.0.1')],
  ])('that are frozen end within --timeout: %s', async (_, words) => {
    process.kill(server.pid, 'SIGSTOP');
    const start = performance.now();
    try {
      const outcome = await ask([...words(), '--user', settings.user, '--timeout', '1s']);
      expect(outcome.exitCode).toBe(69);
      expect(jsonOf(outcome)).toMatchObject({ error: { code: 'unreachable' } });
      expect(performance.now() - start).toBeLessThan(4000);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
  });

  test('that are killed cannot tell', async () => {
    const doomed = await startTestServer();
    const { database, user } = await createDatabase(doomed, schemaStatements());
    const words = [
      'pending',
      '--all',
      '--json',
      '--socket',
      doomed.socketPath,
      '--database',
      database,
      '--user',
      user,
    ];
    expect((await runCli(words)).exitCode).toBe(0);
    await doomed.kill();
    const outcome = await runCli(words);
    expect(outcome.exitCode).toBe(69);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'unreachable' } });
  });
});
