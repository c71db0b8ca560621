import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, startCli } from './run.js';

let site: Site;
let enqueue: string[];
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  const operation = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy', '--json'];
  enqueue = [...operation, '--no-coalesce', ...connectionFlags(site.settings)];
});
afterAll(async () => site.close());

const heldLocks = async (): Promise<string[]> =>
  (await site.query<{ lock_key: string }>('SELECT lock_key FROM cluster_locks')).map((row) => row.lock_key);

describe('--lock', () => {
  test('is given up when the command has ended, well or not', async () => {
    expect((await runCli([...enqueue, '--lock', 'nightly'])).exitCode).toBe(0);
    expect((await runCli([...enqueue, '--lock', 'nightly', '--uuid', 'x'])).exitCode).toBe(2);
    expect(await heldLocks()).toEqual([]);
  });

  test('is a conflict while another process holds it, and nothing is changed', async () => {
    const args = [
      ...enqueue.filter((word) => word !== '--json').slice(0, 1),
      '--file',
      '-',
      '--lock',
      'nightly',
    ];
    const holder = await startCli([...args, ...connectionFlags(site.settings)]);
    while ((await heldLocks()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const count = async (): Promise<unknown> => site.query('SELECT COUNT(*) AS n FROM cluster_operations');
    const before = await count();
    const refused = await runCli([...enqueue, '--lock', 'nightly']);
    expect(refused.exitCode).toBe(7);
    expect(jsonOf(refused)).toMatchObject({
      error: { code: 'locked', message: expect.stringContaining('(sf-ops enqueue)') },
    });
    expect(await count()).toEqual(before);
    expect((await runCli([...enqueue, '--lock', 'another'])).exitCode).toBe(0);
    holder.stdin!.end();
    await once(holder, 'close');
    expect(await heldLocks()).toEqual([]);
  });

  test('has a name that is one', async () => {
    expect(await runCli([...enqueue, '--lock', 'a b'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/--lock "a b" is not a name/),
    });
  });

  test('is for commands that change something', async () => {
    expect((await runCli(['pending', '--all', '--lock', 'x'])).stderr).toContain("Unknown option '--lock'");
  });
});

describe('--jitter', () => {
  test('waits before anything else, and a signal ends it with nothing done', async () => {
    const child = await startCli([...enqueue, '--jitter', '9d']);
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    // The program listens for signals before it waits; until then the signal would just end it.
    const ended = once(child, 'close');
    const nudge = setInterval(() => child.kill('SIGTERM'), 300);
    const [exitCode] = (await ended) as [number];
    clearInterval(nudge);
    expect(exitCode).toBe(143);
    expect(stdout).not.toContain('operation_uuid');
  });

  test('of nothing is no wait', async () => {
    expect((await runCli([...enqueue, '--jitter', '0'])).exitCode).toBe(0);
  });
});
