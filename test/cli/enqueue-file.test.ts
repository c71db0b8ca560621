import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, temporaryFile, type Outcome, type RunOptions } from './run.js';

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
  expect(outcome).toMatchObject({ exitCode: 2, stderr: '' });
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
  const outcome = await enqueue(['--file', '-', '--json', '--verbose'], { stdin });
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
  expect(inserts).toEqual([...batch, ...batch, ...batch].map((table) => `INSERT INTO \`${table}\``));
  const tables = await operationTables(site);
  expect(Object.values(tables).map((rows) => rows.length)).toEqual([1200, 1200, 1200, 1200]);
});

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
  expect(table!.stdout).toContain('2 created, 0 reused, 1 failed.');
});

test('what has been enqueued is told although the database fails half-way', async () => {
  // The second batch is refused by the server itself, as by a disk that is full.
  await site.query(`CREATE TRIGGER full BEFORE INSERT ON work_queue FOR EACH ROW
    IF (SELECT COUNT(*) FROM work_queue) >= 500 THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'no more'; END IF`);
  const stdin = Array.from({ length: 1200 }, () => deploy()).join('\n');
  const outcome = await enqueue(['--file', '-', '--json'], { stdin });
  await site.query('DROP TRIGGER full');
  expect(outcome).toMatchObject({
    exitCode: 69,
    stderr: 'warning: stopped after line 1000: later lines, if any, were not tried\n',
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
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(jsonOf(outcome)).toEqual({ operations: [], created: 0, reused: 0, failed: 0 });
});

test.each([
  ['a file that is not there', ['--file', '/nowhere/file'], 78, /\/nowhere\/file cannot be read/],
  ['a folder', ['--file', '/'], 78, /cannot be read/],
  ['a type beside the file', ['net_op', '--file', '-'], 2, /either an operation type or --file/],
  [
    'options that a line says itself',
    ['--file', '-', '--priority', 'background'],
    2,
    /--priority goes with an operation type/,
  ],
  ['a switch that a line says itself', ['--file', '-', '--no-coalesce'], 2, /--no-coalesce goes with/],
  ['neither a type nor a file', [], 2, /Give an operation type, or --file/],
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
