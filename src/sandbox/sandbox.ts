import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RefusedError } from '../core/errors.js';
import { baselineStatements } from './baseline.js';
import { SANDBOX_DATABASE, SANDBOX_USER, createDataDirectory } from './data-directory.js';
import type { Progress } from '../core/progress.js';
import { findOrObtainServer } from './installation.js';
import { withFileLock } from './lock.js';
import type { SandboxPaths } from './paths.js';
import { ensurePrivateDirectory } from './private-directory.js';
import { findServerProcess, serverTcpPort, stopServerProcess } from './server-process.js';
import { readGreeting, startServer, waitForServer, type ServerGreeting } from './server.js';

export interface SandboxStatus {
  /** `absent`: nothing has been made yet. `unresponsive`: the server runs but does not answer. */
  state: 'running' | 'stopped' | 'absent' | 'unresponsive';
  pid: number | null;
  /** `10.11.19-MariaDB-…`, while it runs. */
  version: string | null;
  socketPath: string;
  /** On 127.0.0.1; null if it listens on its socket only. */
  tcpPort: number | null;
  /** What to hand to `--password-file` when connecting to `tcpPort`; the socket needs no password. */
  passwordFile: string | null;
  dataDirectory: string;
  logFile: string;
}

export interface SandboxStartOptions {
  /** Listen on this port of 127.0.0.1 too. */
  tcpPort?: number;
  /** Told of a download. */
  progress?: Progress;
}

/**
 * Makes sure that the sandbox runs: makes it if it is not there yet, starts it if it does not run. It goes on running
 * after this process. Any number of callers at once get one and the same server.
 *
 * @throws RefusedError if it runs without the port asked for, or no server can be found or downloaded
 * @throws UnavailableError if the server does not start
 */
export async function startSandbox(
  paths: SandboxPaths,
  options: SandboxStartOptions = {},
): Promise<SandboxStatus> {
  const running = await sandboxStatus(paths);
  if (running.state === 'running') return withPortAsked(running, options);
  await ensureDirectories(paths);
  return withFileLock(paths.lockFile, () => startLocked(paths, options));
}

/** Shuts the sandbox down; its data stays. Returns the process id of the server that was ended, null if none ran. */
export async function stopSandbox(paths: SandboxPaths): Promise<number | null> {
  if (!existsSync(paths.directory)) return null;
  return withFileLock(paths.lockFile, () => stopLocked(paths));
}

/** Throws the sandbox's data away and starts it afresh, on the port it had. */
export async function resetSandbox(paths: SandboxPaths): Promise<SandboxStatus> {
  await ensureDirectories(paths);
  return withFileLock(paths.lockFile, async () => {
    const { tcpPort } = await sandboxStatus(paths);
    await stopLocked(paths);
    if (existsSync(paths.dataDirectory)) {
      // Renamed first: a reset that is killed half-way must not leave half a data directory to start on.
      const discarded = await mkdtemp(`${paths.dataDirectory}.discarded-`);
      await rename(paths.dataDirectory, join(discarded, 'data'));
    }
    return startLocked(paths, tcpPort === null ? {} : { tcpPort });
  });
}

/** Stops the sandbox and removes everything that was made for it. A server that was downloaded stays in the cache. */
export async function removeSandbox(paths: SandboxPaths): Promise<void> {
  if (!existsSync(paths.directory)) return;
  await ensureDirectories(paths);
  await withFileLock(paths.lockFile, async () => {
    await stopLocked(paths);
    for (const folder of [paths.socketDirectory, paths.directory])
      await rm(folder, { recursive: true, force: true });
  });
}

/** What there is, without changing anything. */
export async function sandboxStatus(paths: SandboxPaths): Promise<SandboxStatus> {
  const greeting = await readGreeting(paths.socketPath);
  const pid = findServerProcess(paths.dataDirectory);
  const tcpPort = pid === null ? null : serverTcpPort(pid);
  return {
    state: stateOf(pid, greeting, existsSync(paths.dataDirectory)),
    pid,
    version: pid === null ? null : (greeting?.version ?? null),
    socketPath: paths.socketPath,
    tcpPort,
    passwordFile: tcpPort === null ? null : paths.passwordFile,
    dataDirectory: paths.dataDirectory,
    logFile: paths.logFile,
  };
}

function stateOf(
  pid: number | null,
  greeting: ServerGreeting | null,
  hasData: boolean,
): SandboxStatus['state'] {
  if (pid === null) return hasData ? 'stopped' : 'absent';
  return greeting === null ? 'unresponsive' : 'running';
}

/** The sandbox as other programs name a database; never with a password in it. */
export function sandboxUrl({ tcpPort, socketPath }: SandboxStatus): string {
  return tcpPort === null
    ? `mysql://${SANDBOX_USER}@localhost/${SANDBOX_DATABASE}?socket=${encodeURIComponent(socketPath)}`
    : `mysql://${SANDBOX_USER}@127.0.0.1:${tcpPort}/${SANDBOX_DATABASE}`;
}

async function startLocked(paths: SandboxPaths, options: SandboxStartOptions): Promise<SandboxStatus> {
  // Whoever held the lock before may have started it, or died while it was starting.
  const pid = findServerProcess(paths.dataDirectory);
  if (pid !== null) {
    await waitForServer(
      paths.socketPath,
      paths.logFile,
      () => findServerProcess(paths.dataDirectory) === pid,
    );
    return withPortAsked(await sandboxStatus(paths), options);
  }
  await removeLeftovers(paths);
  const installation = await findOrObtainServer(paths, options.progress);
  if (!existsSync(paths.dataDirectory)) {
    await createDataDirectory(installation, paths.dataDirectory, { statements: baselineStatements() });
  }

  const { tcpPort } = options;
  const accountFile = join(paths.directory, 'tcp-account.sql');
  if (tcpPort !== undefined) await writeTcpAccount(paths.passwordFile, accountFile);
  try {
    await startServer({
      installation,
      dataDirectory: paths.dataDirectory,
      socketPath: paths.socketPath,
      logFile: paths.logFile,
      detached: true,
      ...(tcpPort === undefined ? {} : { tcpPort, extraArguments: [`--init-file=${accountFile}`] }),
    });
  } finally {
    await rm(accountFile, { force: true });
  }
  return sandboxStatus(paths);
}

async function stopLocked(paths: SandboxPaths): Promise<number | null> {
  const pid = findServerProcess(paths.dataDirectory);
  if (pid !== null) await stopServerProcess(pid, paths.dataDirectory);
  return pid;
}

/**
 * Any user of this machine can reach a TCP port, so there the account has a password: made once, kept in a file that
 * only the owner can read, and told to the server in another such file.
 */
async function writeTcpAccount(passwordFile: string, accountFile: string): Promise<void> {
  const ownerOnly = { mode: 0o600 };
  if (!existsSync(passwordFile)) {
    await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, ownerOnly);
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const account = `${SANDBOX_USER}@'127.0.0.1'`;
  const statements = [
    `CREATE OR REPLACE USER ${account} IDENTIFIED BY '${password}';`,
    `GRANT ALL ON ${SANDBOX_DATABASE}.* TO ${account};`,
  ];
  await writeFile(accountFile, `${statements.join('\n')}\n`, ownerOnly);
}

function withPortAsked(running: SandboxStatus, { tcpPort }: SandboxStartOptions): SandboxStatus {
  if (tcpPort === undefined || tcpPort === running.tcpPort) return running;
  const now = running.tcpPort === null ? 'without a TCP port' : `on port ${running.tcpPort}`;
  throw new RefusedError(`The sandbox already runs ${now}.`, { hint: 'sf-ops sandbox stop' });
}

async function ensureDirectories(paths: SandboxPaths): Promise<void> {
  await ensurePrivateDirectory(paths.directory);
  await ensurePrivateDirectory(paths.socketDirectory);
}

/** What a start or a reset that was killed half-way left beside the data directory. */
async function removeLeftovers(paths: SandboxPaths): Promise<void> {
  const leftover = new RegExp(`^${basename(paths.dataDirectory)}\\.(partial|discarded)-`);
  for (const name of await readdir(paths.directory)) {
    if (leftover.test(name)) await rm(join(paths.directory, name), { recursive: true });
  }
}
