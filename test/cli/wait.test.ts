import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { FakeWorker } from '../fixtures/fake-worker.js';
import { hex, insertCluster, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, startCli, type Outcome } from './run.js';

describe('wait', () => {
  let site: Site;
  const wait = async (...words: string[]): Promise<Outcome> =>
    runCli([...connectionFlags(site.settings), 'wait', ...words]);

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    for (const table of [
      'cluster_operations',
      'work_queue',
      'cluster_operation_targets',
      'cluster_operation_errors',
    ])
      await site.query(`DELETE FROM ${table}`);
    await site.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
  });

  test('on an object with nothing pending: complete at once', async () => {
    const { stdout, stderr, exitCode } = await wait('network', 'lan');
    expect(stdout).toMatch(/^complete\t\d\.\d+\tnothing is pending\n$/);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  test('for a failed operation: its error report, and 5', async () => {
    const uuid = await insertOperation(site, { state: 'error' });
    const report = {
      code: 'no-room',
      message: 'no memory left',
      details: { free: 0 },
      origin_class: 'E',
      traceback: 't',
    };
    await site.query('INSERT INTO cluster_operation_errors VALUES (?, ?, 0)', [
      hex(uuid),
      JSON.stringify(report),
    ]);
    const outcome = await wait('--operation', uuid, '--json');
    expect(outcome.exitCode).toBe(5);
    expect(jsonOf(outcome)).toMatchObject({
      outcome: 'failed',
      operations: [{ operation_uuid: uuid, state: 'error', outcome: 'failed', error: report }],
      read_consistency: { causal: true },
    });
    const { stdout } = await wait('--operation', uuid.slice(0, 8), '--format', 'table');
    expect(stdout).toMatch(/^failed: .* network_ensure_mesh on network\/\S+: no memory left\n$/);
  });

  test('--timeout 0 looks once: 8', async () => {
    const uuid = await insertOperation(site);
    const outcome = await wait('--operation', uuid, '--timeout', '0', '--json');
    expect(outcome.exitCode).toBe(8);
    expect(jsonOf(outcome)).toMatchObject({
      outcome: 'timeout',
      operations: [{ outcome: 'pending', state: 'queued' }],
    });
  });

  test('a deadline: 4, and what is pending', async () => {
    const uuid = await insertOperation(site);
    const outcome = await wait('--operation', uuid, '--timeout', '0.5', '--json');
    expect(outcome.exitCode).toBe(4);
    expect(jsonOf(outcome)).toMatchObject({ outcome: 'timeout', operations: [{ outcome: 'pending' }] });
  });

  test('ids from standard input, and one that is gone', async () => {
    const [done, missing] = [await insertOperation(site, { state: 'complete' }), randomUUID()];
    const outcome = await runCli(
      [...connectionFlags(site.settings), 'wait', '--operation', '-', '--timeout', '0', '--json'],
      { stdin: `${done}\n${missing}\n` },
    );
    expect(outcome.exitCode).toBe(6);
    expect(jsonOf(outcome)).toMatchObject({
      outcome: 'gone',
      operations: [{ outcome: 'complete' }, { operation_uuid: missing, outcome: 'gone', state: null }],
    });
  });

  test('of several ids, those that are known are waited for; the others are named, and the worst counts', async () => {
    const done = await insertOperation(site, { state: 'complete' });
    const among = await wait('--operation', done.slice(0, 8), 'ffffffff', '--json');
    expect(among.exitCode).toBe(6);
    expect(among.stderr).toMatch(/^warning: There is no operation .*ffffffff/);
    expect(jsonOf(among)).toMatchObject({
      outcome: 'complete',
      operations: [{ operation_uuid: done }],
      missing: [{ code: 'not_found', exit_code: 6 }],
    });
    const failed = await insertOperation(site, { state: 'error' });
    expect((await wait('--operation', failed.slice(0, 8), 'ffffffff')).exitCode).toBe(6);
    const objects = await wait('network', 'lan', 'nowhere');
    expect(objects.stdout).toMatch(/^complete\t/);
    expect({ ...objects, stdout: '' }).toEqual({
      stdout: '',
      stderr: 'warning: There is no network "nowhere".\n',
      exitCode: 6,
    });
    const none = await wait('network', 'nowhere', 'neither');
    expect(none).toMatchObject({ stdout: '', exitCode: 6 });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: one object, and %i', async (signal, expected) => {
    const uuid = await insertOperation(site);
    const child = await startCli([...connectionFlags(site.settings), 'wait', '--operation', uuid, '--json']);
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    // The line on stderr is written after the first look.
    await once(child.stderr!, 'data');
    child.kill(signal);
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(exitCode).toBe(expected);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'interrupted',
      operations: [{ outcome: 'pending' }],
    });
  });

  test('without a database: unknown, 69, with the reason', async () => {
    const outcome = await runCli([
      '--socket',
      '/nowhere/socket',
      'wait',
      '--operation',
      randomUUID(),
      '--json',
    ]);
    expect(outcome.exitCode).toBe(69);
    expect(jsonOf(outcome)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unreachable', exit_code: 69 },
    });
  });

  test('what changes is told on stderr, once each', async () => {
    const uuid = await insertOperation(site);
    const worker = new FakeWorker({
      connect: async () => createConnection({ ...site.settings, jsonStrings: true }),
    });
    const child = await startCli([
      ...connectionFlags(site.settings),
      'wait',
      'network',
      'lan',
      '--interval',
      '50ms',
    ]);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const said = async (text: string): Promise<void> => {
      while (!stderr.includes(text)) await once(child.stderr!, 'data');
    };
    await said(': queued');
    const claim = (await worker.claim())!;
    await worker.begin(claim);
    await said(': executing');
    await worker.end(claim, 'complete');
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(exitCode).toBe(0);
    const name = `${uuid.slice(0, 8)} network_ensure_mesh on network/lan`;
    expect(stderr.split('\n')).toEqual([`${name}: queued`, `${name}: executing`, `${name}: complete`, '']);
    await worker.close();
  });

  test.each([
    [['--new-only', '--operation', randomUUID()], '--new-only goes with objects'],
    [['network', 'lan', '--new-only', '--timeout', '0'], '--new-only waits for what comes'],
    [['network'], 'Give an object type and a uuid'],
    [['network', 'lan', '--interval', '0'], '--interval'],
  ])('%j is refused', async (words, sentence) => {
    const { stderr, exitCode } = await wait(...words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
