import { appendFileSync } from 'node:fs';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import {
  connectionFlags,
  jsonOf,
  runCli,
  startCli,
  temporaryFile,
  type Outcome,
  type RunOptions,
} from './run.js';

const UUID = '99999999-9999-4999-8999-999999999999';
const deploy = (change = {}): string =>
  JSON.stringify({ operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'], ...change });

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const enqueue = async (words: string[], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['enqueue', ...words, ...connectionFlags(site.settings)], options);

interface Line {
  line: number;
  operation_uuid?: string;
  error?: { code: string; exit_code: number; message: string };
}

test('good lines are enqueued, bad ones are told with their numbers, and the first decides the exit code', async () => {
  const file = await temporaryFile(
    'operations.jsonl',
    ['\ufeff' + deploy(), '', '   ', '{ not json', deploy({ network_uuid: 'lan' }), deploy({ network_uuid: UUID }),
      '[]', deploy({ priority: 'backgrund' }), `${deploy({ uuid: UUID })}\r`, deploy({ uuid: UUID }), '"text"'].join('\n'),
  ); // prettier-ignore
  const outcome = await enqueue(['--file', file, '--json']);
  expect(outcome).toMatchObject({
    exitCode: 2,
    stderr: '3 created, 0 reused, 1 there already, 5 failed.\n',
  });
  const { operations, ...totals } = jsonOf<{ operations: Line[] }>(outcome);
  expect(totals).toEqual({ created: 3, reused: 0, failed: 5 });
  expect(operations.map(({ line, error }) => [line, error?.code ?? 'done'])).toEqual([
    [1, 'done'], [4, 'usage'], [5, 'done'], [6, 'not_found'], [7, 'usage'], [8, 'usage'], [9, 'done'], [10, 'done'], [11, 'usage'],
  ]); // prettier-ignore
  expect(operations[1]!.error!.message).toMatch(/line 4 is not JSON/);
  expect(operations[5]!.error!.message).toMatch(/did you mean background\?/);
  expect((await operationTables(site)).cluster_operations).toHaveLength(3);
  expect(await site.query('SELECT COUNT(*) AS count FROM events')).toEqual([{ count: 3 }]);
});

test('1,200 lines from standard input go in three batches', async () => {
  const stdin = Array.from({ length: 1200 }, () => deploy()).join('\n');
  const outcome = await enqueue(['--file', '-', '--json', '--verbose', '--batch', '500'], { stdin });
  expect(outcome.exitCode).toBe(0);
  expect(jsonOf(outcome)).toMatchObject({ created: 1200, failed: 0 });
  const inserts = outcome.stderr.match(/INSERT INTO `\w+`/g)!;
  const batch = [
    'cluster_operations',
    'object_states',
    'work_queue',
    'cluster_operation_targets',
    'events',
    'event_objects',
  ];
  const counted = (table: string): number => inserts.filter((one) => one.includes(`\`${table}\``)).length;
  expect(batch.slice(0, 4).map(counted)).toEqual([3, 3, 3, 3]);
  const tables = await operationTables(site);
  expect(Object.values(tables).map((rows) => rows.length)).toEqual([1200, 1200, 1200, 1200]);
});

test.each([[[]], [['--dry-run']]])(
  'a load that stops at an error does not wait for whoever feeds it: %j',
  async (more) => {
    const words = ['--file', '-', '--format', 'ndjson', '--on-error', 'stop', '--batch', '1', ...more];
    const child = await startCli(['enqueue', ...words, ...connectionFlags(site.settings)]);
    try {
      child.stdin!.on('error', () => undefined);
      child.stdin!.write('{ not json\n');
      expect(await once(child, 'exit')).toEqual([2, null]);
    } finally {
      child.kill('SIGKILL');
    }
  },
);

test('each format shows every line', async () => {
  const stdin = [deploy(), 'bad', deploy()].join('\n');
  const [plain, ndjson, csv, table] = await Promise.all(
    ['plain', 'ndjson', 'csv', 'table'].map(async (format) =>
      enqueue(['--file', '-', '--format', format], { stdin }),
    ),
  );
  expect(plain!.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['1', '2', '3', '']);
  const lines = ndjson!.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(lines.map(({ line, error }) => [line, error?.exit_code])).toEqual([
    [1, undefined],
    [2, 2],
    [3, undefined],
  ]);
  expect(csv!.stdout.split('\r\n')).toHaveLength(5);
  expect(table!.stderr).toBe('2 created, 0 reused, 1 failed.\n');
  expect(table!.stdout.split('\n').slice(-2)[0]).toMatch(/^line 2 is not JSON: /);
  expect(table!.stdout).toMatch(/^ +2 .*failed/m);
});

test('a table says below why lines failed, and of many only the first', async () => {
  const stdin = Array.from({ length: 25 }, () => deploy({ network_uuid: 'nix' })).join('\n');
  const { stdout } = await enqueue(['--file', '-', '--format', 'table'], { stdin });
  expect(stdout.match(/^line \d+: There is no network "nix"/gm)).toHaveLength(20);
  expect(stdout).toMatch(/\nMore have failed: -o wide tells why beside each line\.\n$/);
  const wide = await enqueue(['--file', '-', '--format', 'wide'], { stdin });
  expect(wide.stdout.match(/There is no network "nix"/g)).toHaveLength(25);
});

test('what has been enqueued is told although the database fails half-way', async () => {
  // The second batch is refused by the server itself, as by a disk that is full.
  await site.query(`CREATE TRIGGER full BEFORE INSERT ON work_queue FOR EACH ROW
    IF (SELECT COUNT(*) FROM work_queue) >= 500 THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'no more'; END IF`);
  const stdin = Array.from({ length: 1200 }, () => deploy()).join('\n');
  const outcome = await enqueue(['--file', '-', '--json', '--batch', '500'], { stdin });
  await site.query('DROP TRIGGER full');
  expect(outcome).toMatchObject({
    exitCode: 69,
    stderr: expect.stringContaining(
      'warning: 500 created, 0 reused, 0 failed. Lines 501 to 1000 were not written. Later lines, if any, were not tried.\n',
    ),
  });
  expect(jsonOf(outcome)).toMatchObject({ created: 500, failed: 500 });
  expect((await operationTables(site)).cluster_operations).toHaveLength(500);
});

test('a dry run of a file writes nothing', async () => {
  const outcome = await enqueue(['--file', '-', '--dry-run', '--json'], {
    stdin: `${deploy()}\n${deploy()}`,
  });
  expect(outcome.exitCode).toBe(0);
  const { operations, ...totals } = jsonOf<{ operations: { sql: string[] }[] }>(outcome);
  expect(totals).toEqual({ created: 0, reused: 0, failed: 0 });
  expect(operations.map(({ sql }) => sql.length)).toEqual([4, 4]);
  expect(Object.values(await operationTables(site)).flat()).toEqual([]);
});

test('an empty file is nothing to do', async () => {
  const outcome = await enqueue(['--file', '-', '--json'], { stdin: '\n\n' });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '0 created, 0 reused, 0 failed.\n' });
  expect(jsonOf(outcome)).toEqual({ operations: [], created: 0, reused: 0, failed: 0 });
});

test.each([
  ['a file that is not there', ['--file', '/nowhere/file'], 2, /\/nowhere\/file cannot be read/],
  ['a folder', ['--file', '/'], 2, /cannot be read/],
  ['a type beside the file', ['net_op', '--file', '-'], 2, /either an operation type or --file/],
  [
    'options that a line says itself',
    ['--file', '-', '--priority', 'background'],
    2,
    /--priority goes with an operation type/,
  ],
  ['a switch that a line says itself', ['--file', '-', '--no-coalesce'], 2, /--no-coalesce goes with/],
  ['neither a type nor a file', [], 2, /Give an operation type, --like or --file/],
])('%s', async (_, words, exitCode, message) => {
  expect(await enqueue(words)).toMatchObject({
    exitCode,
    stdout: '',
    stderr: expect.stringMatching(message),
  });
});

test('a database that cannot be reached is one error, not one for each line', async () => {
  const outcome = await runCli(['enqueue', '--file', '-', '--json', '--socket', '/nowhere'], {
    stdin: `${deploy()}\n${deploy()}`,
  });
  expect(outcome.exitCode).toBe(69);
  expect(jsonOf(outcome)).toMatchObject({ error: { code: 'unreachable' } });
});

describe('a load that is named', () => {
  const lines = (count: number): string => Array.from({ length: count }, () => deploy()).join('\n');

  test('goes on where it was, and finishes each line once', async () => {
    await site.query(`CREATE TRIGGER full BEFORE INSERT ON work_queue FOR EACH ROW
      IF (SELECT COUNT(*) FROM work_queue) >= 20 THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'no more'; END IF`);
    const words = ['--file', '-', '--json', '--batch', '10', '--run-id', 'spring'];
    const first = await enqueue(words, { stdin: lines(35) });
    await site.query('DROP TRIGGER full');
    expect(first.exitCode).toBe(69);
    expect(jsonOf(first)).toMatchObject({ created: 20, failed: 10 });
    // What has ended is removed by Shaken Fist; that it was done is remembered.
    await site.query('DELETE FROM cluster_operations');
    await site.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
    await site.query('DELETE FROM work_queue');

    const second = await enqueue(words, { stdin: lines(35) });
    expect(second).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('15 created, 0 reused, 20 there already'),
    });
    expect(jsonOf<{ operations: { operation_uuid: string }[] }>(second).operations.slice(0, 20)).toEqual(
      jsonOf<{ operations: { line: number; operation_uuid: string }[] }>(first)
        .operations.slice(0, 20)
        .map(({ line, operation_uuid }) => ({ line, operation_uuid, created: false, reused: false })),
    );
    const third = await enqueue(words, { stdin: lines(35) });
    expect(third.stderr).toContain('0 created, 0 reused, 35 there already, 0 failed.');
    expect((await operationTables(site)).cluster_operations).toHaveLength(15);
  });

  test('takes up lines that could not be met, and refuses another file', async () => {
    const words = ['--file', '-', '--json', '--run-id', 'summer'];
    const unknown = deploy({ network_uuid: '00000000-0000-4000-8000-000000000000' });
    const bad = await enqueue(words, { stdin: [deploy(), unknown, deploy()].join('\n') });
    expect(bad.exitCode).toBe(6);
    const mended = await enqueue(words, { stdin: lines(3) });
    expect(mended).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('1 created, 0 reused, 2 there already'),
    });
    const other = await enqueue(words, {
      stdin: [deploy({ priority: 'background' }), deploy(), deploy()].join('\n'),
    });
    expect(other).toMatchObject({
      exitCode: 9,
      stderr: expect.stringContaining('are not what they were when the run summer did them'),
    });
    expect((await operationTables(site)).cluster_operations).toHaveLength(3);
  });

  test('run twice at once writes each line once', async () => {
    const words = ['--file', '-', '--json', '--batch', '7', '--run-id', 'autumn'];
    const outcomes = await Promise.all([1, 2].map(async () => enqueue(words, { stdin: lines(30) })));
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect((await operationTables(site)).work_queue).toHaveLength(30);
  });
});

test('--on-error stop writes what comes before the first bad line, and nothing after it', async () => {
  const stdin = [deploy(), deploy(), 'bad', deploy()].join('\n');
  const outcome = await enqueue(['--file', '-', '--json', '--on-error', 'stop'], { stdin });
  expect(outcome).toMatchObject({
    exitCode: 2,
    stderr:
      'warning: 2 created, 0 reused, 1 failed. Stopped at line 3: later lines, if any, were not tried.\n',
  });
  expect(jsonOf<{ operations: unknown[] }>(outcome).operations).toHaveLength(3);
  expect((await operationTables(site)).cluster_operations).toHaveLength(2);
});

test('a line of 100 MB is not read, and the others are', async () => {
  const file = await temporaryFile('lines.ndjson', `${deploy()}\n{"x":"`);
  const piece = 'x'.repeat(1 << 20);
  for (let megabytes = 0; megabytes < 100; megabytes += 1) appendFileSync(file, piece);
  appendFileSync(file, `"}\n${deploy()}\n`);
  const outcome = await enqueue(['--file', file, '--json']);
  expect(outcome.exitCode).toBe(2);
  expect(jsonOf<{ operations: Line[] }>(outcome).operations[1]!.error).toMatchObject({ code: 'usage' });
  expect((await operationTables(site)).cluster_operations).toHaveLength(2);
});
