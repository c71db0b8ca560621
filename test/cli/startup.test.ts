import { mkdtemp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { connectionFlags, runCli } from './run.js';

const PROBE = pathToFileURL(join(process.cwd(), 'test', 'cli', 'evaluated-modules.mjs')).href;
/** The names and summaries of all commands, and the words that they take, which every command needs. */
const REGISTRY = ['src/commands/index.ts', 'src/migrations/ids.ts'];
/** What a command pays for only when it uses it. */
const HEAVY = ['mysql2', 'drizzle-orm', 'chalk', 'cli-table3'];
/** All that the version and the list of commands need, and it must not become more unseen. */
const FIRST_PART = [
  'package.json',
  'src/cli/cli.ts',
  'src/cli/documentation/front-page.ts',
  'src/cli/interruption.ts',
  'src/core/errors.ts',
  'src/core/exit-codes.ts',
  'src/main.ts',
  'src/render/output.ts',
  'src/version.ts',
];
/** What every command loads of all the others: plain data. */
const DECLARATIONS = /^src\/commands\/(index|parameters|(.+\/)?definitions?)\.ts$/;

/** Node's own modules that take a millisecond each to load. */
const NOT_FOR_SOCKETS = ['child_process', 'crypto', 'dns', 'fs/promises', 'readline', 'tls', 'tty', 'zlib'];

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

/** The modules that a command line evaluates, by their paths. */
async function evaluatedModules(words: string[]): Promise<{ all: string[]; exitCode: number | null }> {
  const file = join(await mkdtemp(join(runFolder(), 'coverage-')), 'modules.json');
  const env = { NODE_OPTIONS: `--import ${PROBE}`, EVALUATED_MODULES: file };
  const { exitCode } = await runCli(words, { env });
  return { all: JSON.parse(await readFile(file, 'utf8')) as string[], exitCode };
}

/** The heavy packages, and the rooms of src/, of which a command line evaluates any module. */
async function evaluated(
  words: string[],
): Promise<{ packages: string[]; rooms: string[]; exitCode: number | null }> {
  const { all, exitCode } = await evaluatedModules(words);
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
  test.each<[string[]]>([[['--version']], [['--help']], [['-h']], [[]]])(
    '%j: neither the parser nor what it parses by',
    async (words) => {
      const { all, exitCode } = await evaluatedModules(words);
      expect(exitCode).toBe(0);
      expect(all.filter((path) => path.includes('/') || path.endsWith('.json')).sort()).toEqual(FIRST_PART);
    },
  );

  test.each<[string[], number]>([
    [['--version', '--verbose'], 0],
    [['pending', '--help'], 0],
    [['pendign'], 2],
  ])('%j: neither the driver nor Drizzle, nor any command', async (words, exitCode) => {
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

  test('of the driver, what one connection needs', async () => {
    const words = ['pending', 'network', NETWORK, ...connectionFlags(site.settings)];
    const { all, exitCode } = await evaluatedModules(words);
    expect(exitCode).toBe(0);
    const ofDriver = new Set(all.filter((path) => path.startsWith('node_modules/mysql2/')));
    expect(ofDriver).toContain('node_modules/mysql2/lib/connection.js');
    expect(ofDriver.size).toBeLessThanOrEqual(60);
  });

  test('of Node, what a socket and an account without a password need', async () => {
    const file = join(await mkdtemp(join(runFolder(), 'loaded-')), 'modules.json');
    const env = { NODE_OPTIONS: `--require ${resolve('test/cli/loaded-modules.cjs')}`, LOADED_MODULES: file };
    const words = ['pending', 'network', NETWORK, ...connectionFlags(site.settings)];
    expect(await runCli(words, { env })).toMatchObject({ exitCode: 0 });
    const loaded = JSON.parse(await readFile(file, 'utf8')) as string[];
    expect(loaded).toContain('net');
    expect(loaded.filter((name) => NOT_FOR_SOCKETS.includes(name))).toEqual([]);
  });

  test('enqueue', async () => {
    const words = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy', '--json'];
    expect(await evaluated([...words, ...connectionFlags(site.settings)])).toMatchObject({
      packages: ['mysql2', 'drizzle-orm'],
      rooms: ['commands', 'database'],
    });
  });
});
