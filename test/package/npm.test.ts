import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { built } from '../cli/run.js';
import { runFolder } from '../servers/run-folder.js';
import { nodeRelease } from './node-release.js';

const run = promisify(execFile);

interface Packed {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

let folder: string;
let packed: Packed;
let tarball: string;
beforeAll(async () => {
  await built();
  folder = mkdtempSync(join(runFolder(), 'npm-'));
  // Modes in the tarball must not be those that this machine gives to new files.
  const umask = process.umask(0o077);
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', packing, { env: environment() });
  process.umask(umask);
  [packed] = JSON.parse(stdout) as [Packed];
  tarball = join(folder, packed.filename);
});

/** Nothing of this machine's npm but the program; no network. */
function environment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_update_notifier: 'false',
    npm_config_offline: 'true',
    ...extra,
  };
}

/** A project of its own, and the program after the manager has installed the tarball into it. */
async function installed(manager: string[], extra: Record<string, string> = {}): Promise<string> {
  const project = mkdtempSync(join(folder, 'project-'));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'site', version: '1.0.0', private: true }),
  );
  const [program, ...words] = manager;
  await run(program!, [...words, tarball], { cwd: project, env: environment(extra) });
  return join(project, 'node_modules', '.bin', 'sf-ops');
}

async function versionOf(program: string, path?: string): Promise<string> {
  const env = environment(path === undefined ? {} : { PATH: `${path}:${process.env.PATH}` });
  return (await run(program, ['--version'], { cwd: folder, env })).stdout;
}

describe('the tarball', () => {
  test('holds what runs, its notices and its documents, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const parts = ['sf-ops', 'command-line', 'commands'].map((name) => `dist/${name}.cjs`);
    const needed = ['bin/sf-ops', 'bin/load.js', ...parts, 'dist/NOTICES.txt'];
    expect(paths).toEqual(expect.arrayContaining([...needed, 'LICENSE', 'README.md', 'docs/README.md']));
    expect(
      paths.filter((path) => /^(src|test|bench|drizzle)\/|node_modules|\.cache|meta\.json/.test(path)),
    ).toEqual([]);
    expect(packed.size).toBeLessThan(1_500_000);
  });

  test('has modes that do not depend on the umask', () => {
    for (const { path, mode } of packed.files) {
      expect([path, mode.toString(8)]).toEqual([path, path === 'bin/sf-ops' ? '755' : '644']);
    }
  });

  test.each([
    ['npm', ['npm', 'install']],
    ['npm, scripts forbidden', ['npm', 'install', '--ignore-scripts']],
    ['pnpm', ['node_modules/.bin/pnpm', 'add']],
    ['yarn', ['node_modules/.bin/yarn', 'add', '--offline', '--no-lockfile']],
  ])('is installed offline by %s, alone', async (_, [manager, ...words]) => {
    const program = await installed([manager === 'npm' ? manager : join(process.cwd(), manager!), ...words]);
    expect(await versionOf(program)).toBe('0.1.0\n');
    const modules = readdirSync(dirname(dirname(program))).filter((name) => !name.startsWith('.'));
    expect(modules).toEqual(['sf-ops']);
  });

  test.each([22, 24])('runs on Node %d', async (major) => {
    const program = await installed(['npm', 'install']);
    expect(await versionOf(program, join(await nodeRelease(major), 'bin'))).toBe('0.1.0\n');
  });

  (process.getuid?.() === 0 ? test : test.skip)(
    'runs for a user who may write nothing (needs root to become one)',
    async () => {
      const prefix = mkdtempSync('/tmp/sf-ops-npm-'); // the folder of the run is closed to others
      try {
        chmodSync(prefix, 0o755);
        await run('npm', ['install', '--global', '--prefix', prefix, tarball], { env: environment() });
        const dist = join(prefix, 'lib', 'node_modules', 'sf-ops', 'dist');
        const before = readdirSync(dist);
        const program = join(prefix, 'bin', 'sf-ops');
        const { stdout } = await run('setpriv', ['--reuid=65534', '--clear-groups', program, '--version'], {
          cwd: '/',
          env: environment({ HOME: '/nonexistent' }),
        });
        expect(stdout).toBe('0.1.0\n');
        expect(readdirSync(dist)).toEqual(before);
      } finally {
        rmSync(prefix, { recursive: true });
      }
    },
  );
});
