import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { sandboxPaths } from '../../src/sandbox/paths.js';
import { stopSandbox } from '../../src/sandbox/sandbox.js';
import { runFolder, serverCache } from '../servers/run-folder.js';
import { built } from './run.js';

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A user of this machine with a sandbox of their own, and nothing configured. */
export interface SandboxUser {
  environment: Readonly<Record<string, string>>;
  /** Runs a line as a person types it, through a shell with `sf-ops` on its path. */
  type(line: string, more?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Stops the sandbox. */
  leave(): Promise<void>;
}

export async function newSandboxUser(): Promise<SandboxUser> {
  await built();
  const home = await mkdtemp(join(runFolder(), 'user-'));
  const bin = fileURLToPath(new URL('../../bin', import.meta.url));
  const environment = {
    PATH: `${bin}:${process.env.PATH!}`,
    HOME: home,
    TMPDIR: runFolder(),
    XDG_CACHE_HOME: join(serverCache(), '..'),
  };
  return {
    environment,
    type: async (line, more = {}) => runLine(line, home, { ...environment, ...more }),
    leave: async () => void (await stopSandbox(sandboxPaths(environment))),
  };
}

async function runLine(line: string, cwd: string, env: Record<string, string>): Promise<Ran> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}
