import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectionFlags } from '../cli/run.js';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { CANNOT_BUILD, NO_FOREIGN_PROCESSOR, release } from './release.js';

const run = promisify(execFile);
const reason = CANNOT_BUILD ?? NO_FOREIGN_PROCESSOR;

(reason === null ? describe : describe.skip)(`the package for arm64 ${reason ?? ''}`, () => {
  let deb: string;
  let root: string;
  let site: Site;
  beforeAll(async () => {
    deb = (await release()).foreignDeb;
    root = mkdtempSync(join(runFolder(), 'arm64-'));
    await run('dpkg-deb', ['--extract', deb, root]);
    site = await Site.create();
    await insertCluster(site);
  }, 180_000);
  afterAll(async () => {
    await site.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** On an emulated processor, with the libraries of its architecture. */
  async function sfOps(...words: string[]): Promise<string> {
    const program = join(root, 'usr', 'bin', 'sf-ops');
    const env = { PATH: '', HOME: root, QEMU_LD_PREFIX: '/usr/aarch64-linux-gnu' };
    return (await run('/usr/bin/qemu-aarch64-static', [program, ...words], { env, cwd: root })).stdout;
  }

  test('is for that architecture', async () => {
    expect((await run('dpkg-deb', ['--field', deb, 'Architecture'])).stdout).toBe('arm64\n');
  });

  test('does the main job', async () => {
    expect(await sfOps('--version')).toBe('0.1.0\n');
    const flags = ['--json', ...connectionFlags(site.settings)];
    const words = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'];
    const created = JSON.parse(await sfOps(...words, ...flags)) as { operation_uuid: string };
    const pending = JSON.parse(await sfOps('pending', 'network', NETWORK, ...flags)) as object;
    expect(pending).toMatchObject({ pending: true, targets: [{ operation_uuid: created.operation_uuid }] });
  }, 120_000);
});
