import { spawn } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError, UnavailableError } from '../core/errors.js';
import { commonArguments, temporaryDirectory } from './data-directory.js';
import type { ServerInstallation } from './installation.js';
import { stopServerProcess } from './server-process.js';

/** `sun_path` holds 108 bytes including the closing zero; MariaDB aborts on a longer one, and so do clients. */
export const LONGEST_SOCKET_PATH = 107;
const START_PATIENCE_MS = 30_000;
const PROBE_INTERVAL_MS = 5;

export interface ServerOptions {
  installation: ServerInstallation;
  /** In a folder of the server's own: its temporary tables lie beside it. */
  dataDirectory: string;
  /** Absolute, at most 107 bytes, in a folder that only its owner may enter. */
  socketPath: string;
  /** The server's own words are appended to it. */
  logFile: string;
  /** Listen on 127.0.0.1 as well; without it there is no network at all. */
  tcpPort?: number;
  /** More options of `mariadbd`; they win over the ones set here. */
  extraArguments?: readonly string[];
  /** The server's environment: none unless given, for a server outlives the command that knows the passwords in it. */
  environment?: Readonly<Record<string, string>>;
  /** Survive this process. */
  detached?: boolean;
}

export interface RunningServer {
  pid: number;
  socketPath: string;
  tcpPort: number | null;
  /** Shuts the server down and resolves when it has ended; harmless if it already has. */
  stop(): Promise<void>;
}

/**
 * Starts a server on an existing data directory and resolves when it answers: about 0.1 s.
 *
 * @throws RefusedError if the socket's path is too long for unix sockets
 * @throws UnavailableError if the server ends, or does not answer in time, with its last words
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { installation, dataDirectory, socketPath, logFile } = options;
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    throw new RefusedError(`The socket's path ${socketPath} is longer than ${LONGEST_SOCKET_PATH} bytes.`);
  }
  await mkdir(temporaryDirectory(dataDirectory), { recursive: true, mode: 0o700 });
  const log = await open(logFile, 'a', 0o600);
  const logStart = (await log.stat()).size;
  // Left by a server that was killed; connecting to it would be refused, which looks like a start gone wrong.
  await rm(socketPath, { force: true });
  const [program, ...words] = installation.command;
  const child = spawn(program, [...words, ...serverArguments(options)], {
    cwd: dataDirectory,
    stdio: ['ignore', log.fd, log.fd],
    detached: options.detached ?? false,
    env: options.environment ?? {},
  });
  let death: string | null = null;
  child.once('error', (error) => (death = error.message));
  child.once('exit', (code, signal) => (death = signal ?? `exit code ${code}`));
  await log.close();
  const pid = child.pid;
  const complaint = await untilAnswering(socketPath, () => death);
  if (complaint !== null || pid === undefined) {
    if (pid !== undefined) await stopServerProcess(pid, dataDirectory);
    throw new UnavailableError(
      `The private MariaDB server did not start (${complaint}): ${await lastWords(logFile, logStart)}`,
      { hint: `Its log is ${logFile}.` },
    );
  }
  // The server must not keep this process from ending, nor the other way round.
  if (options.detached) child.unref();
  return {
    pid,
    socketPath,
    tcpPort: options.tcpPort ?? null,
    stop: () => stopServerProcess(pid, dataDirectory),
  };
}

export interface ServerGreeting {
  /** `10.11.19-MariaDB-…` */
  version: string;
}

/** What the server on the socket says to whoever connects; null if nobody answers there right now. */
export function readGreeting(socketPath: string, timeoutMs = 1_000): Promise<ServerGreeting | null> {
  return new Promise((resolve) => {
    const connection = createConnection(socketPath);
    const answer = (greeting: ServerGreeting | null) => {
      connection.destroy();
      resolve(greeting);
    };
    connection.once('data', (packet) => answer({ version: greetedVersion(packet) }));
    connection.once('error', () => answer(null));
    connection.once('close', () => answer(null));
    connection.setTimeout(timeoutMs, () => answer(null));
  });
}

/**
 * Waits for a server that somebody else has started, as long as `isAlive` says so.
 *
 * @throws UnavailableError if it ends, or does not answer in time
 */
export async function waitForServer(
  socketPath: string,
  logFile: string,
  isAlive: () => boolean,
): Promise<void> {
  const complaint = await untilAnswering(socketPath, () => (isAlive() ? null : 'it ended'));
  if (complaint !== null) {
    throw new UnavailableError(`The private MariaDB server does not answer (${complaint}).`, {
      hint: `Its log is ${logFile}.`,
    });
  }
}

/** Protocol 10: a header of four bytes, the protocol's number, the version up to a zero byte. */
function greetedVersion(packet: Buffer): string {
  const text = packet.toString('latin1', 5, packet.indexOf(0, 5));
  // Releases before 11 put this in front of it, for the sake of old replicas.
  return text.replace(/^5\.5\.5-/, '');
}

function serverArguments({
  installation,
  dataDirectory,
  socketPath,
  tcpPort,
  extraArguments,
}: ServerOptions): string[] {
  return [
    ...commonArguments(installation, dataDirectory),
    `--socket=${socketPath}`,
    ...(tcpPort === undefined ? ['--skip-networking'] : ['--bind-address=127.0.0.1', `--port=${tcpPort}`]),
    // Accounts are for `localhost`, the socket; a name lookup would make 127.0.0.1 the same.
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=64M',
    '--key-buffer-size=1M',
    '--aria-pagecache-buffer-size=8M',
    '--innodb-temp-data-file-path=ibtmp1:4M:autoextend',
    '--max-connections=300',
    // Above 1, every probe and every client that just hangs up is a line in the log.
    '--log-warnings=1',
    ...(extraArguments ?? []),
  ];
}

/** Null once the server answers, otherwise what went wrong; `death` tells how the server ended, if it has. */
async function untilAnswering(socketPath: string, death: () => string | null): Promise<string | null> {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (performance.now() < deadline) {
    const cause = death();
    if (cause !== null) return cause;
    if ((await readGreeting(socketPath)) !== null) return null;
    await sleep(PROBE_INTERVAL_MS);
  }
  return `no answer within ${START_PATIENCE_MS / 1000} seconds`;
}

async function lastWords(logFile: string, from: number): Promise<string> {
  const log = await open(logFile, 'r');
  try {
    const { buffer, bytesRead } = await log.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, from);
    const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n');
    const errors = lines.filter((line) => line.includes('[ERROR]'));
    return (errors.length > 0 ? errors : lines).slice(-5).join(' | ');
  } finally {
    await log.close();
  }
}
