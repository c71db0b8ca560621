import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onceInRun, type DatabaseSettings } from '../servers/mariadb.js';
import { runFolder } from '../servers/run-folder.js';

/** The program as it is shipped: the launcher, which loads the bundle in `dist/` through its code cache. */
export const PROGRAM = join(process.cwd(), 'bin', 'sf-ops');

export interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

export interface RunOptions {
  /** Added to an environment in which nothing says where a database is; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** What comes in on standard input; nothing, at once, unless given. */
  stdin?: string;
  /** Runs it on a pseudo-terminal (util-linux `script`), which mixes both outputs into `stdout`, as a terminal does. */
  tty?: boolean;
  /** Words that run the program for us, for example in another network namespace. */
  through?: readonly string[];
}

/** Runs one command line to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = await startCli(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends without reading its input closes the pipe.
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(options.stdin ?? '');
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { stdout: options.tty ? stdout.replaceAll('\r\n', '\n') : stdout, stderr, exitCode };
}

/** Starts a command line, for what is to happen while it runs. */
export async function startCli(args: readonly string[], options: RunOptions = {}): Promise<ChildProcess> {
  await built();
  const env = { ...(await bareEnvironment()), ...options.env };
  const [program, ...words] = [...(options.through ?? []), PROGRAM, ...args] as [string, ...string[]];
  if (options.tty !== true) return spawn(program, words, { env });
  const command = [program, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env });
}

/** The JSON object that a command printed. */
export function jsonOf<T = Record<string, unknown>>({ stdout }: Outcome): T {
  return JSON.parse(stdout) as T;
}

/** The flags that lead to a test's database. */
export function connectionFlags({ socketPath, user, database }: DatabaseSettings): string[] {
  return ['--socket', socketPath, '--user', user, '--database', database];
}

/** A file in a folder of its own; returns its path. */
export async function temporaryFile(name: string, content: string): Promise<string> {
  const path = join(await mkdtemp(join(runFolder(), 'file-')), name);
  await writeFile(path, content);
  return path;
}

/** Enough to start Node and nothing else, with a home of the run's own and no configuration of this machine. */
async function bareEnvironment(): Promise<Record<string, string>> {
  const home = join(runFolder(), 'home');
  const config = join(home, 'config');
  await mkdir(home, { recursive: true });
  await writeFile(config, '');
  return { PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm', LANG: 'C.UTF-8', SF_OPS_CONFIG: config };
}

let building: Promise<string> | null = null;

/** Sees to it, once in a run however many workers ask, that `dist/` is what `src/` says. */
export async function built(): Promise<void> {
  const mark = join(runFolder(), 'built');
  building ??= onceInRun(mark, async () => {
    if (isOutdated()) await promisify(execFile)(process.execPath, ['scripts/build.mjs']);
    await writeFile(mark, '');
  });
  await building;
}

function isOutdated(): boolean {
  const bundle = 'dist/sf-ops.cjs';
  if (!existsSync(bundle) || !existsSync('dist/commands.cache')) return true;
  const { mtimeMs } = statSync(bundle);
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name));
  return [...sources, 'package.json', 'scripts/build.mjs', 'scripts/parts.mjs', 'bin/load.js'].some(
    (path) => statSync(path).mtimeMs > mtimeMs,
  );
}
