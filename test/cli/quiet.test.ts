import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyOperations } from '../database/enqueue-ask.js';
import { insertCluster, insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const LONG_AGO = now() - 30 * 86_400;
const SILENCE = { stdout: '', stderr: '', exitCode: 0 };
let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const quietly = async (...words: string[]): Promise<Outcome> =>
  runCli([...words, '--quiet', '--yes', ...connectionFlags(site.settings)]);
const orphan = async (): Promise<string> => {
  const uuid = await insertOperation(site, { createdAt: now() - 3600, work: 'none' });
  await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [now() - 3600, uuid]);
  return uuid;
};

describe('--quiet: what ends well says nothing', () => {
  test('audit', async () => {
    expect(await quietly('audit')).toEqual(SILENCE);
    const uuid = await orphan();
    const found = await quietly('audit');
    expect(found).toMatchObject({ stderr: '', exitCode: 3 });
    expect(found.stdout).toContain(`error\torphaned-operation\tnet_op/${uuid}\t`);
  });

  test('audit --fix', async () => {
    await orphan();
    expect(await quietly('audit', '--fix', 'orphaned-operation')).toEqual(SILENCE);
    expect(await site.query('SELECT * FROM work_queue')).toHaveLength(1);
  });

  test('prune', async () => {
    await insertOperation(site, { createdAt: LONG_AGO, state: 'complete', work: 'none' });
    expect((await quietly('prune', '--dry-run')).stdout).toMatch(/^1\t/);
    expect(await quietly('prune')).toEqual(SILENCE);
    expect(await site.query('SELECT * FROM cluster_operation_targets')).toEqual([]);
  });

  test('requeue and abort', async () => {
    const uuid = await orphan();
    expect(await quietly('requeue', uuid)).toEqual(SILENCE);
    expect(await quietly('abort', uuid)).toEqual(SILENCE);
    const unknown = await quietly('abort', '77777777-7777-4777-8777-777777777777');
    expect(unknown).toMatchObject({ stderr: '', exitCode: 6 });
    expect(unknown.stdout.split('\n')).toHaveLength(2);
  });

  test('an answer that was asked for is given', async () => {
    expect(jsonOf(await quietly('prune', '--json'))).toMatchObject({ deleted: 0, complete: true });
    const file = join(runFolder(), 'quiet-audit');
    expect(await quietly('audit', '--output', file)).toEqual(SILENCE);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe('');
  });

  test('no database: one sentence, with what helps, and the code', async () => {
    for (const command of ['audit', 'prune', 'abort --all-stuck any']) {
      const outcome = await runCli([...command.split(' '), '--quiet', '--socket', '/nowhere']);
      expect(outcome).toMatchObject({ stdout: '', exitCode: 69 });
      expect(outcome.stderr).toMatch(/^sf-ops: .*\n( {2}.*\n)?$/);
    }
  });
});
