import { execFileSync } from 'node:child_process';
import { hostname } from 'node:os';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { machineServer } from '../servers/run-folder.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

/** What the server calls itself, where that can be had. */
export const SERVER_NAME = 'db1';

export interface StillServer extends TestServer {
  /** What it really calls itself: this machine's name, where it cannot be given another. */
  hostName: string;
}

/**
 * A server on which time stands still for ordinary accounts, and whose name is the same on every machine: so that what
 * is said of them is the same in every run, and breaks into the same lines.
 *
 * @param now unix seconds
 */
export async function startStillServer(now: number): Promise<StillServer> {
  const named = renamed(await machineServer());
  const server = await startTestServer({
    ...(named === null ? {} : { installation: named }),
    extraArguments: ['--sysdate-is-now', `--init-connect=SET timestamp = ${now}`],
  });
  return { ...server, hostName: named === null ? hostname() : SERVER_NAME };
}

/** The server in a namespace of its own that has another host name; null where that is not allowed. */
function renamed(installation: ServerInstallation): ServerInstallation | null {
  const words = ['unshare', '--uts', 'sh', '-c', `hostname ${SERVER_NAME} && exec "$@"`, 'sh'] as const;
  try {
    execFileSync(words[0], [...words.slice(1), 'true'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const path = process.env.PATH ?? '';
  return { ...installation, command: ['env', `PATH=${path}`, ...words, ...installation.command] };
}
