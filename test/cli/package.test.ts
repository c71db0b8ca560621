import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { built, connectionFlags, jsonOf } from './run.js';

interface Packed {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

let folder: string;
let packed: Packed;
let site: Site;
beforeAll(async () => {
  await built();
  folder = await mkdtemp(join(runFolder(), 'package-'));
  const { stdout } = await npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  [packed] = JSON.parse(stdout) as [Packed];
  await npm(
    'install',
    '--global',
    '--offline',
    '--prefix',
    join(folder, 'prefix'),
    join(folder, packed.filename),
  );
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

/** npm with a cache of the run's own and no network. */
async function npm(...words: string[]): Promise<{ stdout: string }> {
  const env = {
    ...process.env,
    npm_config_cache: join(runFolder(), 'npm'),
    npm_config_update_notifier: 'false',
  };
  return promisify(execFile)('npm', words, { env });
}

/** Runs the installed program from a folder that has nothing to do with the checkout. */
async function installed(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const cwd = join(folder, 'elsewhere');
  await mkdir(cwd, { recursive: true });
  return promisify(execFile)(join(folder, 'prefix', 'bin', 'sf-ops'), words, { cwd });
}

describe('the package', () => {
  test('holds what runs and what it needs, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      'bin/sf-ops',
      'bin/load.js',
      'dist/sf-ops.cjs',
      'dist/commands.cjs',
      'LICENSE',
      'package.json',
    ])
      expect(paths).toContain(path);
    expect(
      paths.filter((path) => /^(src|test|bench|docs|drizzle)\/|node_modules|\.cache|meta\.json/.test(path)),
    ).toEqual([]);
    expect(packed.size).toBeLessThan(1_500_000);
  });

  test('installs without a network and without other packages', async () => {
    const modules = join(folder, 'prefix', 'lib', 'node_modules');
    expect(await readdir(modules)).toEqual(['sf-ops']);
    expect(existsSync(join(modules, 'sf-ops', 'node_modules'))).toBe(false);
    expect(existsSync(join(modules, 'sf-ops', 'dist', 'commands.cache'))).toBe(true);
  });

  test('runs from anywhere', async () => {
    expect((await installed('--version')).stdout).toBe('0.1.0\n');
    const operation = await insertOperation(site);
    const { stdout } = await installed(
      'pending',
      'network',
      NETWORK,
      '--json',
      ...connectionFlags(site.settings),
    );
    expect(jsonOf({ stdout, stderr: '', exitCode: 0 })).toMatchObject({
      targets: [{ operation_uuid: operation }],
    });
  });

  test('never writes beside itself, and needs no code cache', async () => {
    const dist = join(folder, 'prefix', 'lib', 'node_modules', 'sf-ops', 'dist');
    const before = await readdir(dist);
    for (const name of before.filter((name) => name.endsWith('.cache'))) await rm(join(dist, name));
    expect((await installed('--version')).stdout).toBe('0.1.0\n');
    expect(await readdir(dist)).toEqual(before.filter((name) => !name.endsWith('.cache')));
  });
});
