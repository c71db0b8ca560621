import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertCluster, insertNetwork, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const QUIET = '55555555-5555-4555-8555-555555555555';
const DOUBT = /^warning: this database records only the first target of an operation/;

let site: Site;
beforeAll(async () => {
  site = await Site.create({ version: 'dropped' });
  await insertCluster(site);
  await insertNetwork(site, QUIET, 'quiet');
  await insertOperation(site);
});
afterAll(async () => site.close());

const run = async (...words: string[]): Promise<Outcome> =>
  runCli([...words, ...connectionFlags(site.settings)]);

test.each<[string, string[]]>([
  ['pending on a quiet network', ['pending', 'network', QUIET]],
  ['pending on a busy and a quiet one', ['pending', 'network', NETWORK, QUIET]],
  ['pending on all', ['pending', '--all']],
  ['is-okay on a quiet network', ['network', 'is-okay', QUIET]],
  ['is-okay on all', ['network', 'is-okay', '--all']],
])('%s is doubtful while second targets are not recorded', async (_, words) => {
  const outcome = await run(...words, '--json');
  expect(outcome.stderr).toMatch(DOUBT);
  expect(jsonOf<{ warnings: string[] }>(outcome).warnings).toHaveLength(1);
});

test.each<[string, string[]]>([
  ['pending', ['pending', 'network', NETWORK]],
  ['is-okay', ['network', 'is-okay', NETWORK]],
])('%s on a busy network is not: it is busy whatever else is missing', async (_, words) => {
  const outcome = await run(...words, '--json');
  expect(outcome.stderr).not.toMatch(DOUBT);
  expect(jsonOf(outcome)).toMatchObject({ warnings: [] });
});

test('the audit does not offer to write target rows that the key refuses: it names the migration', async () => {
  await insertOperation(site, { targets: [], createdAt: now() - 600 });
  const found = await run('audit', '--only', 'missing-targets', '--json');
  expect(jsonOf<{ findings: { remedy: string }[] }>(found).findings[0]!.remedy).toBe('sf-ops migrate plan');
  const mended = await run('audit', '--fix', 'missing-targets', '--yes', '--json');
  expect(mended.stdout).toContain('sf-ops migrate plan');
});
