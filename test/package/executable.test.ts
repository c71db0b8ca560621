import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectionFlags } from '../cli/run.js';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { CANNOT_BUILD, release } from './release.js';

const run = promisify(execFile);

(CANNOT_BUILD === null ? describe : describe.skip)(`the executable ${CANNOT_BUILD ?? ''}`, () => {
  let program: string;
  let site: Site;
  let home: string;
  beforeAll(async () => {
    program = (await release()).executable;
    site = await Site.create();
    await insertCluster(site);
    home = mkdtempSync(join(runFolder(), 'executable-'));
    writeFileSync(join(home, 'config'), '');
  }, 180_000);
  afterAll(async () => site.close());

  /** Without anything on the PATH, from a folder that has nothing to do with the checkout. */
  function sfOps(words: string[], extra: Record<string, string> = {}): ReturnType<typeof spawnSync> {
    const env = { PATH: join(home, 'empty'), HOME: home, SF_OPS_CONFIG: join(home, 'config'), ...extra };
    return spawnSync(program, words, { cwd: home, env, encoding: 'utf8' });
  }

  test('needs no Node, and no file beside it', () => {
    expect(sfOps(['--version'])).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('leaves NODE_OPTIONS to other programs', () => {
    const extra = { NODE_OPTIONS: '--no-such-option', NODE_EXTRA_CA_CERTS: '/nonexistent' };
    expect(sfOps(['--version'], extra)).toMatchObject({ status: 0, stdout: '0.1.0\n' });
  });

  test('uses the code caches that are inside', () => {
    const { stdout } = spawnSync('strings', ['-n', '12', program], { maxBuffer: 1e9, encoding: 'latin1' });
    expect(stdout).toContain('sf-ops.cache');
    expect(stdout).not.toContain(process.cwd());
  });

  test('does the main job', async () => {
    const flags = ['--json', ...connectionFlags(site.settings)];
    const words = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'];
    const created = JSON.parse(String(sfOps([...words, ...flags]).stdout)) as { operation_uuid: string };
    const pending = JSON.parse(String(sfOps(['pending', 'network', NETWORK, ...flags]).stdout)) as object;
    expect(pending).toMatchObject({ pending: true, targets: [{ operation_uuid: created.operation_uuid }] });
  });

  test('has every command: help and a mistake of each', async () => {
    const { stdout } = await run(process.execPath, ['bin/sf-ops', '--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+)(?= {2,})/gm)].map(([, name]) => name!);
    expect(names).toEqual(expect.arrayContaining(['enqueue', 'pending', 'migrate', 'doctor', 'sandbox']));
    for (const name of names) {
      expect(sfOps([name, '--help'])).toMatchObject({ status: 0, stderr: '' });
      expect(sfOps([name, '--no-such-option'])).toMatchObject({ status: 2, stdout: '' });
    }
  });

  test('is no larger than it may be', () => {
    expect(Number(spawnSync('stat', ['-c', '%s', program], { encoding: 'utf8' }).stdout)).toBeLessThan(125e6);
  });
});
