import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { connectionFlags, runCli } from './run.js';

const PROBE = pathToFileURL(join(process.cwd(), 'test', 'cli', 'evaluated-modules.mjs')).href;
/** The names and summaries of all commands, and the words that they take, which every command line needs. */
const REGISTRY = ['src/commands/index.ts', 'src/migrations/ids.ts'];
/** What a command pays for only when it uses it. */
const HEAVY = ['mysql2', 'drizzle-orm', 'chalk'];
/** What every command line loads of the commands: plain data. */
const DECLARATIONS = /^src\/commands\/(index|parameters|(.+\/)?definitions?)\.ts$/;

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

/** The heavy packages, and the rooms of src/, of which a command line evaluates any module. */
async function evaluated(
  words: string[],
): Promise<{ packages: string[]; rooms: string[]; exitCode: number | null }> {
  const file = join(await mkdtemp(join(runFolder(), 'coverage-')), 'modules.json');
  const env = { NODE_OPTIONS: `--import ${PROBE}`, EVALUATED_MODULES: file };
  const { exitCode } = await runCli(words, { env });
  const all = JSON.parse(await readFile(file, 'utf8')) as string[];
  const modules = all.filter((path) => !DECLARATIONS.test(path));
  const under = (folder: string, known: string[]): string[] =>
    known.filter((name) =>
      modules.some((path) => path.startsWith(`${folder}/${name}/`) && !REGISTRY.includes(path)),
    );
  return {
    packages: under('node_modules', HEAVY),
    rooms: under('src', ['commands', 'database', 'migrations', 'sandbox']),
    exitCode,
  };
}

describe('a command line evaluates what it uses', () => {
  test.each<[string, string[], number]>([
    ['the version', ['--version'], 0],
    ['help', ['--help'], 0],
    ['nothing', [], 0],
    ['a command that does not exist', ['pendign'], 2],
  ])('%s: neither the driver nor Drizzle, nor any command', async (_, words, exitCode) => {
    expect(await evaluated(words)).toEqual({ packages: [], rooms: [], exitCode });
  });

  test.each<[string, string[]]>([
    ['json', ['mysql2', 'drizzle-orm']],
    ['plain', ['mysql2', 'drizzle-orm']],
    ['table', HEAVY],
  ])('pending as %s', async (format, packages) => {
    const words = ['pending', 'network', NETWORK, '--format', format, ...connectionFlags(site.settings)];
    expect(await evaluated(words)).toEqual({ packages, rooms: ['commands', 'database'], exitCode: 0 });
  });

  test('enqueue', async () => {
    const words = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy', '--json'];
    expect(await evaluated([...words, ...connectionFlags(site.settings)])).toMatchObject({
      packages: ['mysql2', 'drizzle-orm'],
      rooms: ['commands', 'database'],
    });
  });
});
