import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runFolder } from '../servers/run-folder.js';

export type Variables = Record<string, string>;

/** Bundles `program.ts`, so that Node can run it as it is; returns the file. */
export async function bundleProgram(): Promise<string> {
  const bundle = join(runFolder(), `sandbox-program-${process.pid}.mjs`);
  await promisify(execFile)('node_modules/.bin/esbuild', [
    'test/sandbox/program.ts',
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--log-level=warning',
    '--loader:.sql=text',
    `--outfile=${bundle}`,
  ]);
  return bundle;
}

export function spawnProgram(bundle: string, words: string[], environment: Variables): ChildProcess {
  return spawn(process.execPath, [bundle, ...words], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The line of JSON that the program prints. */
export async function answerOf<T>(child: ChildProcess): Promise<T> {
  const [text] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  return JSON.parse(text) as T;
}

/** How many servers run on this data directory. */
export async function serversOn(dataDirectory: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args', '-ww']);
  return stdout.split('\n').filter((line) => line.includes(`--datadir=${dataDirectory} `)).length;
}
