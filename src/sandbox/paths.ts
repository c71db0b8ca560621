import { createHash } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../configuration/connection-settings.js';
import { LONGEST_SOCKET_PATH } from './server.js';

/** Where one user's sandbox lies. */
export interface SandboxPaths {
  /** Holds everything of it but, at times, the socket; mode 0700. */
  directory: string;
  dataDirectory: string;
  /** The server's own words. */
  logFile: string;
  /** Held by whoever starts, stops or resets it. */
  lockFile: string;
  /** The password of the account that is used over TCP; there once the sandbox has been started with a port. */
  passwordFile: string;
  /** Mode 0700: entering it is all it takes to be let into the server. */
  socketDirectory: string;
  socketPath: string;
  /** Where to look for a server to run, see `InstallationSearch`. */
  searchPath: string;
  cacheDirectory: string;
}

/**
 * Where the sandbox of a user with this environment lies (XDG base directory specification). The socket is beside the
 * data; where that path is too long for a socket, in the user's runtime folder, or in a folder of the user's own in
 * the temporary one.
 */
export function sandboxPaths(environment: Environment): SandboxPaths {
  const home = environment.HOME || homedir();
  const directory = join(
    baseDirectory(environment.XDG_DATA_HOME) ?? join(home, '.local', 'share'),
    'sf-ops',
    'sandbox',
  );
  const runtime = baseDirectory(environment.XDG_RUNTIME_DIR);
  const socketDirectory = shortSocketDirectory(directory, [
    directory,
    ...(runtime !== null ? [join(runtime, `sf-ops-${digest(directory)}`)] : []),
    join(environment.TMPDIR || '/tmp', `sf-ops-${userInfo().uid}-${digest(directory)}`),
  ]);
  return {
    directory,
    dataDirectory: join(directory, 'data'),
    logFile: join(directory, 'server.log'),
    lockFile: join(directory, 'lock'),
    passwordFile: join(directory, 'password'),
    socketDirectory,
    socketPath: socketIn(socketDirectory),
    searchPath: environment.PATH ?? '',
    cacheDirectory: join(baseDirectory(environment.XDG_CACHE_HOME) ?? join(home, '.cache'), 'sf-ops'),
  };
}

/** Null for one that is not set, empty, or relative, which the specification says to ignore. */
function baseDirectory(value: string | undefined): string | null {
  return value !== undefined && isAbsolute(value) ? value : null;
}

function shortSocketDirectory(directory: string, candidates: string[]): string {
  return candidates.find((name) => Buffer.byteLength(socketIn(name)) <= LONGEST_SOCKET_PATH) ?? directory;
}

function socketIn(directory: string): string {
  return join(directory, 'socket');
}

/** Two sandboxes with different data must not meet at one socket. */
function digest(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 12);
}
