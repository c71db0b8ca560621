import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const GONE = 'ffffffff-0000-4000-8000-000000000001';

let site: Site;
let failed: string;
let older: string;
let vanished: string;
beforeAll(async () => {
  site = await Site.create({ uuid: 'native' });
  await insertCluster(site);
  older = await insertOperation(site, { createdAt: now() - 10 });
  vanished = await insertOperation(site, { createdAt: now() - 100, state: null, work: 'none' });
  failed = await insertOperation(site, { createdAt: now() - 3600, state: 'error', work: 'none' });
});
afterAll(async () => site.close());

const run = async (...words: string[]): Promise<Outcome> =>
  runCli([...words, ...connectionFlags(site.settings)]);

test('latest is the highest sequence number: not the newest in time, and not the one that is pending', async () => {
  const outcome = await run('latest', 'network', 'lan', '--json');
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(jsonOf(outcome)).toEqual({
    last_cluster_operation: { op_type: 'net_op', op_uuid: failed },
    state: 'error',
  });
  const { stdout } = await run('latest', '--help');
  expect(stdout).toMatch(/highest sequence_number, whatever its\s+state/);
});

test.each([
  ['latest', ['latest', 'network', '-']],
  ['history', ['history', 'network', '-']],
  ['timeline', ['timeline', 'network', '-']],
  ['graph of an object', ['graph', 'network', '-']],
])('%s takes its id from standard input, and no second one', async (_, words) => {
  const asked = async (stdin: string): Promise<Outcome> =>
    runCli([...words, '--json', ...connectionFlags(site.settings)], { stdin });
  const answer = await asked('lan\n');
  expect(answer.exitCode).toBe(0);
  expect(answer.stdout).toContain(failed);
  expect(await asked('lan\nlan\n')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Standard input holds 2 lines'),
  });
});

test('an object without operations has none, and so has one that is gone', async () => {
  const outcome = await run('latest', 'network', GONE, '--json');
  expect(outcome.exitCode).toBe(0);
  expect(jsonOf(outcome)).toEqual({ last_cluster_operation: null, state: null });
  expect(await run('latest', 'network', GONE)).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  expect((await run('latest', 'network', GONE, '--format', 'table')).stdout).toBe(
    `No operation of network/${GONE} is recorded.\n`,
  );
});

test('history is every operation, newest first, those without a state included', async () => {
  const read = async (...words: string[]): Promise<unknown[]> => {
    const outcome = await run('history', 'network', NETWORK, '--json', ...words);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    return jsonOf<{ history: { operation_uuid: string; state: string | null }[] }>(outcome).history.map(
      ({ operation_uuid, state }) => [operation_uuid, state],
    );
  };
  expect(await read()).toEqual([
    [older, 'queued'],
    [vanished, null],
    [failed, 'error'],
  ]);
  expect(await read('--limit', '1')).toEqual([[older, 'queued']]);
  expect(await read('--since', '2m')).toEqual([
    [older, 'queued'],
    [vanished, null],
  ]);
  expect(await read('--since', '1s')).toEqual([]);
  expect(await read('--before', '2m')).toEqual([[failed, 'error']]);
  expect(await read('--before', '50s', '--since', '30m')).toEqual([[vanished, null]]);
});

test('history says how long operations waited and ran, where anything tells, and that it stopped', async () => {
  const running = await insertOperation(site, {
    targets: [['NETWORK', GONE]],
    createdAt: now() - 600,
    state: 'executing',
    work: 'claimed',
  });
  const waiting = await insertOperation(site, { targets: [['NETWORK', GONE]], createdAt: now() - 300 });
  await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [now() - 200, running]);
  const answer = jsonOf<{ history: Record<string, number | null>[]; truncated: boolean }>(
    await run('history', 'network', GONE, '--json'),
  );
  expect(answer.truncated).toBe(false);
  expect(answer.history).toMatchObject([
    { operation_uuid: waiting, started_at: null, ran_seconds: null },
    { operation_uuid: running, ended_at: null },
  ]);
  expect(answer.history[0]!.waited_seconds).toBeGreaterThanOrEqual(300);
  expect(Math.round(answer.history[1]!.waited_seconds!)).toBe(400);
  expect(answer.history[1]!.ran_seconds).toBeGreaterThanOrEqual(200);
  const cut = await run('history', 'network', GONE, '--limit', '1', '-o', 'table');
  expect(cut.stdout).toMatch(/The newest 1 operation of network\/\S+; older ones: --before 30\ds/);
  expect(jsonOf(await run('history', 'network', GONE, '--limit', '1', '--json'))).toMatchObject({
    truncated: true,
  });
});

test.each([
  ['latest without an object', ['latest', 'network']],
  ['latest of two objects', ['latest', 'network', NETWORK, NETWORK]],
  ['latest of an unknown type', ['latest', 'thing', NETWORK]],
  ['history without an object', ['history', 'network']],
  ['history of less than nothing', ['history', 'network', NETWORK, '--limit', '-1']],
  ['history since no time', ['history', 'network', NETWORK, '--since', 'then']],
])('%s is asked wrongly', async (_, words) => {
  expect(await run(...words)).toMatchObject({ exitCode: 2, stdout: '' });
});
