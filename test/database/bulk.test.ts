import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { InputLine } from '../../src/core/input-lines.js';
import { NO_PROGRESS } from '../../src/core/progress.js';
import type { Database } from '../../src/database/database.js';
import { BulkLoad, type BulkOptions } from '../../src/operations/enqueue/bulk.js';
import type { LineResult } from '../../src/operations/enqueue/line-results.js';
import { insertCluster, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations, operationTables } from './enqueue-ask.js';

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const deploy = (change = {}): object => ({
  ...{ operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_deploy'] },
  ...change,
});

function loadOf(
  requests: readonly object[],
  database: Database = site.database(),
  options: Partial<BulkOptions> = {},
): BulkLoad {
  async function* lines(): AsyncGenerator<InputLine[]> {
    yield requests.map((request, index) => ({ number: index + 1, text: JSON.stringify(request) }));
  }
  return new BulkLoad(database, lines(), {
    ...{ force: false, batch: 5, onError: 'skip', run: null, isRehearsal: false, now },
    endLines: () => undefined,
    producer: { fqdn: 'admin', user: 'root' },
    task: NO_PROGRESS.start({ doing: '', done: '', unit: '', total: null }),
    warn: () => undefined,
    ...options,
  });
}

async function resultsOf(load: BulkLoad): Promise<LineResult[]> {
  const results: LineResult[] = [];
  for await (const batch of load.results()) results.push(...batch);
  return results;
}

/** The operations in the order of the numbers that the server gave their rows. */
async function inOrder(): Promise<{ work: string[]; targets: string[] }> {
  const work = await site.query<{ uuid: string }>(
    "SELECT JSON_VALUE(payload, '$.operation_uuid') AS uuid FROM work_queue ORDER BY scheduled_at, id",
  );
  const targets = await site.query<{ uuid: string }>(
    'SELECT operation_uuid AS uuid FROM cluster_operation_targets ORDER BY sequence_number',
  );
  return { work: work.map(({ uuid }) => uuid), targets: targets.map(({ uuid }) => uuid) };
}

const uuidsOf = (results: readonly LineResult[]): string[] =>
  results.flatMap((result) => ('decision' in result ? [result.decision.operationUuid] : []));

test('rows come to be in the order of the lines, and no batch costs more statements than another', async () => {
  const sent: string[] = [];
  const database = site.database({ trace: (text) => sent.push(text) });
  const uuids = uuidsOf(await resultsOf(loadOf(Array.from({ length: 40 }, deploy), database)));
  expect(new Set(uuids).size).toBe(40);
  expect(await inOrder()).toEqual({ work: uuids, targets: uuids });
  const batches = sent.slice(sent.findIndex((text) => text.includes('START TRANSACTION')));
  expect(sent.filter((text) => text === 'COMMIT')).toHaveLength(8);
  // Eight times facts, rows, COMMIT and events; and once the second connection.
  expect(batches.length).toBeLessThanOrEqual(8 * 4 + 3);
});

test('one that has to be run again sends the next back, so that the order stays', async () => {
  let times = 0;
  const trace = (text: string): void => {
    if (!text.includes('INSERT INTO `cluster_operations`')) return;
    times += 1;
    if (times % 3 !== 0)
      throw Object.assign(new Error('Deadlock found when trying to get lock'), { errno: 1213 });
  };
  const load = loadOf(Array.from({ length: 40 }, deploy), site.database({ trace }));
  const uuids = uuidsOf(await resultsOf(load));
  expect(load.account).toMatchObject({ created: 40, failed: 0, stopped: null });
  expect(await inOrder()).toEqual({ work: uuids, targets: uuids });
});

test('what means something else after the batch before sees that batch', async () => {
  const mesh = deploy({ tasks: ['network_ensure_mesh'] });
  const same = deploy({ uuid: '99999999-9999-4999-8999-999999999999' });
  const load = loadOf([same, ...Array.from({ length: 5 }, () => mesh), ...[same, mesh, mesh]], undefined, {
    batch: 3,
  });
  await resultsOf(load);
  expect(load.account).toMatchObject({ created: 2, reused: 6, existing: 1, failed: 0 });
  const afterLatest = deploy({ runs_after: 'latest' });
  const chain = uuidsOf(
    await resultsOf(
      loadOf(
        Array.from({ length: 6 }, () => afterLatest),
        undefined,
        { batch: 2 },
      ),
    ),
  );
  const stored = await site.query<{ uuid: string; after: string }>(
    "SELECT JSON_VALUE(metadata_json, '$.uuid') AS uuid, JSON_VALUE(metadata_json, '$.runs_after[0].op_uuid') AS after FROM cluster_operations",
  );
  const after = new Map(stored.map(({ uuid, after: other }) => [uuid, other]));
  expect(chain.slice(1).map((uuid) => after.get(uuid))).toEqual(chain.slice(0, -1));
});

test('whoever stops listening is told by the account of all that was written', async () => {
  const load = loadOf(Array.from({ length: 40 }, deploy));
  for await (const batch of load.results()) if (batch.at(-1)!.line >= 10) break;
  const written = (await operationTables(site)).work_queue!;
  expect(load.account.created).toBe(written.length);
  expect(written.length).toBeLessThan(40);
  expect(load.recentlyCreated().at(-1)!.line).toBe(written.length);
});

test('behind an error nothing is written where that is asked for', async () => {
  const bad = deploy({ network_uuid: '00000000-0000-4000-8000-000000000000' });
  const load = loadOf(
    [...Array.from({ length: 7 }, deploy), bad, ...Array.from({ length: 12 }, deploy)],
    undefined,
    {
      onError: 'stop',
    },
  );
  await resultsOf(load);
  expect(load.account).toMatchObject({ created: 7, failed: 1, stopped: 'error', lastLine: 8 });
  expect((await operationTables(site)).work_queue).toHaveLength(7);
});
