import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, PROGRAM, runCli, startCli, type Outcome, type RunOptions } from './run.js';

let site: Site;
let operation: string;
let flags: string[];
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  operation = await insertOperation(site);
  flags = connectionFlags(site.settings);
});
afterAll(async () => site.close());

const pending = async (words: string[] = [], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['pending', 'network', NETWORK, ...flags, ...words], options);

describe('streams', () => {
  test('--quiet leaves the answer and warnings, --verbose adds the SQL without its values', async () => {
    const verbose = await pending(['--verbose']);
    expect(verbose.stderr).toMatch(/^sql: BEGIN NOT ATOMIC SET NAMES/);
    expect(verbose.stderr).not.toContain(NETWORK);
    expect(verbose.stdout).toBe(
      (await pending(['--quiet'])).stdout.replace(/\d+s/, /\d+s/.exec(verbose.stdout)![0]),
    );
  });

  test('--verbose shows the cause of an error', async () => {
    const brief = await runCli(['pending', '--all', '--socket', '/nowhere']);
    const verbose = await runCli(['pending', '--all', '--socket', '/nowhere', '--verbose']);
    expect(brief.stderr).not.toMatch(/^\s+at /m);
    expect(verbose.stderr).toMatch(/ENOENT[\s\S]*^\s+at /m);
  });

  test('a reader that has seen enough ends it in silence', async () => {
    const command = `'${PROGRAM}' enqueue --help | head -c 1; "$0" "$@" | head -n 1; exit "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', [
      '-c',
      command,
      PROGRAM,
      'pending',
      'network',
      NETWORK,
      ...flags,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^U[0-9a-f]{8}-/);
  });

  test('a reader that is gone before anything was written is no error, on either stream', async () => {
    const child = await startCli(['pending', 'network', NETWORK, '--verbose', ...flags]);
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('jq takes what --json prints, in success and in failure', async () => {
    for (const [words, filter, expected] of [
      [flags, '.targets[0].operation_uuid', operation],
      [['--socket', '/nowhere'], '.error.code', 'unreachable'],
    ] as const) {
      const jq = spawn('jq', ['-r', filter], { stdio: ['pipe', 'pipe', 'inherit'] });
      jq.stdin.end((await runCli(['pending', 'network', NETWORK, '--json', ...words])).stdout);
      const [answer] = (await once(jq.stdout, 'data')) as [Buffer];
      expect(answer.toString()).toBe(`${expected}\n`);
    }
  });
});

describe('help and version', () => {
  test('the version is the package’s', async () => {
    expect(await runCli(['--version'])).toEqual({ stdout: '0.1.0\n', stderr: '', exitCode: 0 });
  });

  test('every command has help, in three spellings, without a database', async () => {
    const { stdout } = await runCli([]);
    expect((await runCli(['--help'])).stdout).toBe(stdout);
    expect((await runCli(['help'])).stdout).toBe(stdout);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\w/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['enqueue', 'pending', 'latest', 'history']));
    for (const name of commands) {
      const [option, word] = await Promise.all([runCli([name, '--help']), runCli(['help', name])]);
      expect(option).toMatchObject({
        exitCode: 0,
        stderr: '',
        stdout: expect.stringContaining(`Usage: sf-ops ${name}`),
      });
      expect(word).toEqual(option);
    }
  });

  test('suggestions', async () => {
    expect((await runCli(['pendign'])).stderr).toContain('Did you mean pending?');
    expect((await runCli(['pending', '--exit-cod'])).stderr).toContain('Did you mean --exit-code?');
  });
});
