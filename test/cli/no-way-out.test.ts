import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { built, connectionFlags, PROGRAM, runCli, startCli, temporaryFile, type Outcome } from './run.js';

let site: Site;
beforeAll(async () => {
  await built();
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

/** Runs a line of shell, as nothing else can redirect to a device. */
async function typed(line: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', line, PROGRAM], (error, stdout, stderr) => {
      resolve({ stdout, stderr, exitCode: error === null ? 0 : Number(error.code) });
    });
  });
}

describe('a stdout that is full', () => {
  const flags = (): string => connectionFlags(site.settings).join(' ');

  test.each([
    ['an answer', `pending network ${NETWORK} --no-headers`],
    ['JSON', `pending network ${NETWORK} --json`],
    ['help', '--help'],
    ['a failure as JSON', 'pendign --json'],
  ])('%s: one sentence on stderr, and no success', async (_, words) => {
    const { stderr, exitCode } = await typed(
      `"$0" ${words} ${words.startsWith('pending') ? flags() : ''} >/dev/full`,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^sf-ops: .+\n( {2}.+\n)?$/);
  });

  const enqueue = ['enqueue net_op', `--network-uuid ${NETWORK}`, '--task network_deploy', '--force'].join(
    ' ',
  );

  test('an enqueue that is done names on stderr the operation that nobody could be told of', async () => {
    const { stderr, exitCode } = await typed(`"$0" ${enqueue} ${flags()} >/dev/full`);
    expect(exitCode).toBe(2);
    const [, uuid] = /^warning: The operation was created ([0-9a-f-]{36});/m.exec(stderr)!;
    expect(await site.query('SELECT 1 FROM object_states WHERE object_uuid = ?', [uuid])).toHaveLength(1);
  });

  test.each(['ndjson', 'plain', 'csv', 'json', 'table'])(
    'a load as %s names what it has written, and gives a true account',
    async (format) => {
      const line = { operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'] };
      const lines = [1, 2, 3].map((delay) => JSON.stringify({ ...line, delay, uuid: randomUUID() }));
      const file = await temporaryFile('load.ndjson', lines.join('\n'));
      const { stderr, exitCode } = await typed(
        `"$0" enqueue --file ${file} --force --format ${format} ${flags()} >/dev/full`,
      );
      expect(exitCode).toBe(2);
      expect(stderr).toContain('3 created, 0 reused, 0 failed.');
      for (const text of lines) {
        const { uuid } = JSON.parse(text) as { uuid: string };
        expect(stderr).toContain(uuid);
        expect(await site.query('SELECT 1 FROM object_states WHERE object_uuid = ?', [uuid])).toHaveLength(1);
      }
    },
  );

  test('what was only rehearsed is not told as done', async () => {
    const orphan = await insertOperation(site, { work: 'none', createdAt: now() - 3600 });
    const { stderr, exitCode } = await typed(`"$0" requeue ${orphan} --dry-run ${flags()} >/dev/full`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`would be requeued ${orphan}`);
  });

  test('a stderr that is full does not matter', async () => {
    const { stdout, exitCode } = await typed(
      `"$0" pending network ${randomUUID()} --verbose --json ${flags()} 2>/dev/full`,
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ pending: false });
  });
});

describe('an error that nobody caught', () => {
  const silent = createServer();
  let env: Record<string, string>;
  beforeAll(async () => {
    // It says nothing: the error comes first.
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const crash = pathToFileURL(join(process.cwd(), 'test', 'cli', 'crash.mjs')).href;
    const { port } = silent.address() as AddressInfo;
    env = { NODE_OPTIONS: `--import ${crash}`, SF_OPS_HOST: `127.0.0.1:${port}` };
  });
  afterAll(() => void silent.close());

  test('is a bug, told in a sentence, with its stack and no source', async () => {
    const { stdout, stderr, exitCode } = await runCli(['pending', '--all', '--json'], { env });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bug', exit_code: 1 } });
    expect(stderr).toMatch(/^sf-ops: Unexpected failure: something unforeseen\n {2}This is a bug in sf-ops/);
    expect(stderr.length).toBeLessThan(2000);
  });

  test('is UNKNOWN to a monitoring system', async () => {
    expect(await runCli(['network', 'is-okay', '--all', '--format', 'nagios'], { env })).toEqual({
      stdout: 'NETWORK UNKNOWN - Unexpected failure: something unforeseen\n',
      stderr: '',
      exitCode: 3,
    });
  });
});

describe('a monitoring plugin that is asked wrongly', () => {
  test.each<[string, string[], Record<string, string>]>([
    ['an unknown option', ['network', 'is-okay', '--al', '--format', 'nagios'], {}],
    ['a value that is none', ['network', 'is-okay', '--all', '-o', 'nagios', '--timeout', 'abc'], {}],
    ['an option without its value', ['-o', 'nagios', 'network', 'is-okay', '--namespace'], {}],
    [
      'a variable that is wrong',
      ['network', 'is-okay', '--all'],
      { SF_OPS_FORMAT: 'nagios', SF_OPS_TIMEOUT: 'x' },
    ],
    ['nothing to ask about', ['network', 'is-okay', '--format=nagios'], {}],
    ['no database', ['network', 'is-okay', '--all', '-onagios'], {}],
    ['a command that there is not', ['pendig', '-o', 'nagios'], {}],
  ])('%s: one line and 3', async (_, words, env) => {
    const { stdout, stderr, exitCode } = await runCli(words, { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    expect(stdout).toMatch(/^NETWORK UNKNOWN - [^|\n]+\n$/);
  });

  test.each([
    ['no database', ['audit', '-o', 'nagios']],
    ['a value that is none', ['audit', '--only', 'network,is-okay', '-o', 'nagios']],
    ['an unknown option', ['--format', 'nagios', 'audit', '--al']],
  ])('%s: the line names the service that was asked about', async (_, words) => {
    const { stdout, exitCode } = await runCli(words);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^AUDIT UNKNOWN - [^|\n]+\n$/);
  });
});

test.each([
  ['audit', '--list', '--format', 'sarif'],
  ['audit', '--explain', 'orphaned-operation', '--format', 'prometheus'],
])('a format that the options leave nothing for is a usage error: %s %s', async (...words) => {
  expect(await runCli(words)).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('--format'),
  });
});

describe('standard input that says nothing', () => {
  test.each([
    ['ids', ['pending', 'network', '-']],
    ['requests', ['enqueue', '--file', '-']],
  ])('%s: it does not outlast the deadline', async (_, words) => {
    const child = await startCli([...words, '--timeout', '1', ...connectionFlags(site.settings)]);
    expect(await once(child, 'exit')).toEqual([4, null]);
  });
});

test.each<[string, string[], RegExp]>([
  [
    'too few words',
    ['latest', 'network'],
    /<uuid> is missing\.\n {2}Usage: sf-ops latest <object-type> <uuid>/,
  ],
  ['too many', ['doctor', 'now', 'please'], /2 words too many\.\n {2}Usage: sf-ops doctor/],
])('%s: how it is used', async (_, words, message) => {
  const { stderr, exitCode } = await runCli(words);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

describe('what could be a password is not repeated', () => {
  test.each([
    ['--password=hunter2'],
    ['-phunter2'],
    ['--passwd=hunter2'],
    ['--host=admin:hunter2@db1'],
    ['mysql://admin:hunter2@db1/shakenfist'],
  ])('%s', async (word) => {
    for (const extra of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr, exitCode } = await runCli(['pending', '--all', word, ...extra]);
      expect(exitCode).not.toBe(0);
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });
});
