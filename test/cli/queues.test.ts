import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const USUAL = 'networknode-clusteroperation-user_facing';
let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  await insertOperation(site, { createdAt: now() - 600 });
  await insertOperation(site, { createdAt: now() - 60 });
  await insertOperation(site, { createdAt: now() + 600 });
  await insertOperation(site, { state: 'executing', work: 'claimed' });
  const stray = await insertOperation(site, { createdAt: now() - 7200 });
  await site.query(`UPDATE work_queue SET queue_name = 'nowhere' WHERE payload LIKE '%${stray}%'`);
});
afterAll(async () => site.close());

const queues = async (...words: string[]): Promise<Outcome> =>
  runCli(['queues', ...words, ...connectionFlags(site.settings)]);
interface Queue {
  queue_name: string;
  oldest_age_seconds: number;
}

test('what waits, since when, and who takes it', async () => {
  const outcome = await queues('--json');
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  const answer = jsonOf<{ queues: Queue[]; targets: object[] }>(outcome);
  expect(answer.queues).toMatchObject([
    {
      queue_name: 'nowhere',
      node: null,
      ready: 1,
      stuck: 1,
      drained: false,
      drained_by: [],
      reason: 'no daemon looks for a queue of this name',
    },
    {
      queue_name: USUAL,
      node: 'sf-1',
      family: 'clusteroperation',
      priority: 'user_facing',
      ready: 2,
      deferred: 1,
      claimed: 1,
      stuck: 0,
      drained: true,
      drained_by: [{ daemon: 'sf-net', node: 'sf-1', running: true }],
      reason: null,
    },
  ]);
  expect(answer.queues[1]!.oldest_age_seconds).toBeGreaterThanOrEqual(600);
  expect(answer.targets).toMatchObject([
    { target: null, stuck: 1 },
    { target: 'networknode', ready: 2 },
  ]);
});

test('for people, and only what is stuck', async () => {
  const table = await queues('-o', 'table');
  expect(table.stdout).toContain('network node · user_facing');
  expect(table.stdout).toContain('2 queues have work, 1 of it stuck.');
  expect(jsonOf<{ queues: Queue[] }>(await queues('--stuck', '--json')).queues).toHaveLength(1);
});

test('claims that are too old are stuck', async () => {
  await site.query('UPDATE work_queue SET claimed_at = ? WHERE claimed_at IS NOT NULL', [now() - 7200]);
  expect(jsonOf<{ queues: object[] }>(await queues('--json')).queues).toMatchObject([
    { queue_name: 'nowhere' },
    { queue_name: USUAL, claimed: 1, stale_claims: 1, stuck: 1 },
  ]);
});

test('no work at all', async () => {
  await site.query('DELETE FROM work_queue');
  expect(jsonOf(await queues('--json'))).toMatchObject({ queues: [], targets: [] });
});
