import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertCluster, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, PROGRAM, runCli } from './run.js';

/** More than are read at once, with more events than one statement reads. */
const OPERATIONS = 5_500;
const EVENTS = 4;

let site: Site;
let base: number;
/** Newest first; two at a time are of the same second. */
let expected: [string, number][];
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  base = Math.floor(now()) - 100_000;
  const uuid = `CONCAT('00000000-0000-4000-8000-', LPAD(LOWER(HEX(seq)), 12, '0'))`;
  const event = `CONCAT('00000000-0000-4000-8001-', LPAD(LOWER(HEX(o.seq * ${EVENTS} + e.seq)), 12, '0'))`;
  const created = `${base} + seq DIV 2 * 2`;
  await site.query(`
    INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
      SELECT ${uuid}, 'net_op', 'NETWORK', '${NETWORK}', ${created} FROM seq_1_to_${OPERATIONS};
    INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
      SELECT ${uuid}, 'NET_OP', 'complete', ${created} + 10 FROM seq_1_to_${OPERATIONS};
    INSERT INTO events (event_uuid, event_type, timestamp, fqdn, message, extra)
      SELECT ${event}, 'mutate', ${base} + o.seq DIV 2 * 2 + 3 + e.seq, 'sf-1', '',
        IF(e.seq = 1, '{"state": "executing"}', '{}')
      FROM seq_1_to_${OPERATIONS} o JOIN seq_1_to_${EVENTS} e;
    INSERT INTO event_objects (object_type, object_uuid, event_uuid)
      SELECT 'net_op', ${uuid.replace('seq', 'o.seq')}, ${event}
      FROM seq_1_to_${OPERATIONS} o JOIN seq_1_to_${EVENTS} e`);
  const rows = await site.query<{ operation_uuid: string; created_at: number }>(
    'SELECT operation_uuid, created_at FROM cluster_operation_targets ORDER BY created_at DESC, sequence_number DESC',
  );
  expected = rows.map(({ operation_uuid, created_at }) => [operation_uuid, created_at + 4]);
});
afterAll(async () => site.close());

interface Row {
  operation_uuid: string;
  started_at: number | null;
  ran_seconds: number | null;
  age_seconds?: number;
}

async function rowsOf(...words: string[]): Promise<Row[]> {
  const flags = connectionFlags(site.settings);
  const outcome = await runCli(['history', 'network', 'lan', '-o', 'ndjson', ...words, ...flags]);
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  return outcome.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

const begun = (rows: readonly Row[]) => rows.map((row) => [row.operation_uuid, row.started_at]);

test('--limit 0 is the whole of a long list, and tells of each when it began', async () => {
  const all = await rowsOf('--limit', '0');
  expect(begun(all)).toEqual(expected);
  expect(all.every(({ ran_seconds }) => ran_seconds === 6)).toBe(true);
  const ageless = (rows: readonly Row[]) => rows.map(({ age_seconds, ...row }) => [row, age_seconds! > 0]);
  expect(ageless(await rowsOf('--limit', '100000'))).toEqual(ageless(all));
});

test('one that is cut is the beginning of it, wherever it is cut', async () => {
  for (const limit of [5_000, 5_001, 5_499])
    expect(begun(await rowsOf('--limit', String(limit)))).toEqual(expected.slice(0, limit));
});

test('says how many there are, and how to go on', async () => {
  const flags = connectionFlags(site.settings);
  const said = async (limit: number): Promise<string> => {
    const words = ['history', 'network', 'lan', '-o', 'table', '--limit', String(limit), ...flags];
    return (await runCli(words)).stdout.split('\n').at(-2)!;
  };
  expect(await said(0)).toBe('5500 operations of network/lan.');
  expect(await said(5_400)).toMatch(
    /^The newest 5400 operations of network\/lan; older ones: --before 9\d{4}s, or a larger --limit\.$/,
  );
  const json = async (limit: number) =>
    jsonOf<{ history: Row[]; truncated: boolean }>(
      await runCli(['history', 'network', 'lan', '--json', '--limit', String(limit), ...flags]),
    );
  const { history, ...rest } = await json(5_400);
  expect([history.length, rest]).toEqual([5_400, { truncated: true }]);
  expect(await json(0)).toMatchObject({ truncated: false });
});

test('a reader who has seen enough ends it in silence', async () => {
  const words = [PROGRAM, 'history', 'network', 'lan', '--limit', '0', ...connectionFlags(site.settings)];
  const line = `'${PROGRAM}' --version > /dev/null; "$0" "$@" | head -5; exit "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line, ...words]);
  expect(stderr).toBe('');
  const uuids = stdout
    .trimEnd()
    .split('\n')
    .map((row) => row.split('\t')[0]);
  expect(uuids).toEqual(expected.slice(0, 5).map(([uuid]) => uuid));
});
