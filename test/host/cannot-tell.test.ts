import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectDnsmasq } from '../../src/gate/host/dnsmasq.js';
import { readJson, type ToolOptions } from '../../src/gate/host/tool.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from '../cli/run.js';
import { hex, insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { describeOnKernel } from './kernel.js';

let site: Site;
/** A folder on the PATH before the system's, for tools that misbehave. */
let tools: string;

beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  await site.query('UPDATE networks SET provide_dhcp = 0');
});
afterAll(async () => site.close());
beforeEach(async () => {
  tools = await mkdtemp(join(runFolder(), 'tools-'));
});

async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(tools, name), 0o755);
}

async function ask(words: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return runCli([...connectionFlags(site.settings), 'network', 'is-okay', NETWORK, '--json', ...words], {
    env: { PATH: `${tools}:${process.env.PATH}`, SHAKENFIST_STORAGE_PATH: tools, ...env },
  });
}

interface Answer {
  networks: {
    scope: string;
    verdict: string;
    okay: boolean | null;
    checks: { name: string; result: string; detail: string }[];
  }[];
}

const answerOf = (outcome: Outcome): Answer['networks'][number] => jsonOf<Answer>(outcome).networks[0]!;

describe('a tool that does not answer makes the check unknown', () => {
  test.each([
    [
      'fails',
      'echo "RTNETLINK answers: Operation not permitted" >&2; exit 2',
      '`ip -json link show` failed: RTNETLINK answers: Operation not permitted',
    ],
    ['fails without a word', 'exit 7', '`ip -json link show` failed: exit 7'],
    ['talks nonsense', 'echo nonsense', '`ip -json link show` did not print JSON'],
    ['prints no list', 'echo "{}"', '`ip -json link show` did not print a list'],
  ])('ip %s', async (_, script, detail) => {
    await tool('ip', script);
    const outcome = await ask(['--host-checks', 'on']);
    expect(answerOf(outcome)).toMatchObject({
      verdict: 'unknown',
      okay: null,
      checks: [{ name: 'bridge', result: 'unknown', detail }, {}],
    });
    expect(outcome.exitCode).toBe(69);
  });

  test('bridge fails: only the mesh is unknown', async () => {
    await tool(
      'ip',
      `echo '[{"ifname":"br-vxlan-000001","flags":["UP"]},{"ifname":"vxlan-000001","flags":[]}]'`,
    );
    await tool('bridge', 'exit 1');
    const outcome = await ask(['--host-checks', 'on', '--mesh']);
    expect(answerOf(outcome).checks.map(({ name, result }) => [name, result])).toEqual([
      ['bridge', 'pass'],
      ['dnsmasq', 'skip'],
      ['mesh', 'unknown'],
    ]);
    expect(outcome.exitCode).toBe(69);
  });

  const options = (more: Partial<ToolOptions> = {}): ToolOptions => ({
    environment: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    seconds: 10,
    ...more,
  });

  test('it is not installed', async () => {
    expect(await readJson('no-such-tool', ['show'], options())).toEqual({
      unknown: '`no-such-tool show` is not installed',
    });
  });

  test('it may not be run', async () => {
    await writeFile(join(tools, 'closed'), '');
    const environment = { PATH: tools };
    expect(await readJson('closed', [], options({ environment }))).toEqual({
      unknown: '`closed` may not be run',
    });
  });

  test('it hangs, and is killed', async () => {
    expect(await readJson('sleep', ['600'], options({ seconds: 0.2 }))).toEqual({
      unknown: '`sleep 600` did not end within 0.2 s',
    });
  });

  test('but a signal ends the command', async () => {
    const controller = new AbortController();
    const reading = readJson('sleep', ['600'], options({ signal: controller.signal }));
    controller.abort('SIGTERM');
    await expect(reading).rejects.toMatchObject({ word: 'terminated', exitCode: 143 });
  });
});

describe('the pid file of dnsmasq', () => {
  test('cannot be read: unknown', async () => {
    await mkdir(join(tools, 'dhcp', NETWORK, 'pid'), { recursive: true });
    expect(await inspectDnsmasq(tools, NETWORK, false)).toEqual({
      result: 'unknown',
      title: `${tools}/dhcp/${NETWORK}/pid cannot be read: it is a folder, not a regular file`,
    });
  });

  test.each(['fifo', 'device', 'endless'])('is a %s: unknown, at once', async (kind) => {
    const folder = join(tools, 'dhcp', NETWORK);
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'pid');
    if (kind === 'fifo') execFileSync('mkfifo', [file]);
    else if (kind === 'device') await symlink('/dev/zero', file);
    else await writeFile(file, '1'.repeat(5_000));
    expect(await inspectDnsmasq(tools, NETWORK, false)).toMatchObject({ result: 'unknown' });
  });

  test('is empty: not running', async () => {
    await mkdir(join(tools, 'dhcp', NETWORK), { recursive: true });
    await writeFile(join(tools, 'dhcp', NETWORK, 'pid'), '');
    expect(await inspectDnsmasq(tools, NETWORK, false)).toMatchObject({ result: 'fail' });
    // 0 would mean this process and its whole group.
    await writeFile(join(tools, 'dhcp', NETWORK, 'pid'), '0');
    expect(await inspectDnsmasq(tools, NETWORK, true)).toMatchObject({ result: 'fail' });
  });
});

describeOnKernel('an ordinary user', () => {
  const NOBODY = 65_534;
  let storage: string;
  let folder: string;

  beforeEach(async () => {
    // Not in the run's folder, which only its owner may enter.
    storage = await mkdtemp('/tmp/sf-ops-storage-');
    await chmod(storage, 0o755);
    folder = join(storage, 'dhcp', NETWORK);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'pid'), '1');
  });
  afterEach(async () => rm(storage, { recursive: true }));

  async function lookAsNobody(): Promise<object> {
    process.seteuid!(NOBODY);
    try {
      return await inspectDnsmasq(storage, NETWORK, false);
    } finally {
      process.seteuid!(0);
    }
  }

  test('may not read the pid file: unknown', async () => {
    await chmod(folder, 0o700);
    expect(await lookAsNobody()).toEqual({
      result: 'unknown',
      title: `${folder}/pid cannot be read: EACCES`,
    });
  });

  test('may read it, and sees that the process, which is not theirs to signal, is another', async () => {
    expect(await lookAsNobody()).toMatchObject({
      result: 'fail',
      title: expect.stringContaining('process 1 is not this network'),
    });
  });
});

describe('whether this machine is looked at', () => {
  const bridgeUp = `echo '[{"ifname":"br-vxlan-000001","flags":["UP"]}]'`;
  const NODE_UUID = '44444444-4444-4444-8444-444444444444';

  test.each([
    ['auto: nothing says that it is a node', ['--host-checks', 'auto'], {}, 'database', ''],
    ['auto: its uuid is in the environment', [], { SHAKENFIST_NODE_UUID: NODE_UUID }, 'host', ''],
    [
      'off, although it is a node',
      ['--host-checks', 'off'],
      { SHAKENFIST_NODE_UUID: NODE_UUID },
      'database',
      '',
    ],
    [
      'on, although it is none',
      ['--host-checks', 'on'],
      {},
      'host',
      'is looked at because of --host-checks on',
    ],
    [
      'auto: its uuid is not one of this cluster',
      [],
      { SHAKENFIST_NODE_UUID: NODE_UUID.replace('4', '5') },
      'database',
      'is not on record): only the database is asked',
    ],
    ['the mesh is asked for where it is none', ['--mesh'], {}, 'database', 'only the database is asked'],
  ])('%s', async (_, words, env, scope, warning) => {
    await tool('ip', bridgeUp);
    const outcome = await ask(words, env);
    expect(answerOf(outcome)).toMatchObject({ scope, okay: true });
    expect(outcome.stderr).toContain(warning);
    expect(outcome.stderr === '').toBe(warning === '');
  });

  test('auto: the file with its uuid is there', async () => {
    await tool('ip', bridgeUp);
    await writeFile(join(tools, 'node_uuid'), NODE_UUID);
    expect(answerOf(await ask([]))).toMatchObject({ scope: 'host', okay: true });
  });

  test('auto: the file with its uuid cannot be read', async () => {
    await mkdir(join(tools, 'node_uuid'));
    const outcome = await ask([]);
    expect(answerOf(outcome)).toMatchObject({ scope: 'database' });
    expect(outcome.stderr).toContain('node_uuid cannot be read: it is a folder, not a regular file)');
  });

  test('auto: a node of its name is on record', async () => {
    await tool('ip', bridgeUp);
    await site.query('UPDATE nodes SET fqdn = ?', [hostname()]);
    expect(answerOf(await ask([]))).toMatchObject({ scope: 'host', okay: true });
    await site.query('UPDATE nodes SET fqdn = ? WHERE uuid = ?', ['sf-1', hex(NODE_UUID)]);
  });
});

test('an operation that comes while the machine is looked at excuses what is seen there', async () => {
  await tool(
    'ip',
    'touch "$(dirname "$0")/looking"; while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.01; done; echo "[]"',
  );
  const asking = ask(['--host-checks', 'on']);
  while (!(await exists(join(tools, 'looking')))) await sleep(5);
  await insertOperation(site, { state: 'executing' });
  await writeFile(join(tools, 'go'), '');
  const outcome = await asking;
  expect(answerOf(outcome)).toMatchObject({
    verdict: 'pending',
    okay: true,
    checks: [{ name: 'bridge', result: 'fail' }, {}],
  });
  expect(outcome.exitCode).toBe(0);
});

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
