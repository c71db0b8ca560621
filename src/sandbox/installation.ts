import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { UnavailableError } from '../core/errors.js';
import { NO_PROGRESS, type Progress } from '../core/progress.js';
import { obtainPackages, type PackageRequest } from './packages.js';
import { requireUnwritableByOthers } from './private-directory.js';
import { runProgram } from './run-program.js';

/** A MariaDB server that can be run from where it lies. */
export interface ServerInstallation {
  /** What to execute, before the server's own arguments: the server, or a loader that starts it with its libraries. */
  command: readonly [string, ...string[]];
  /** `--basedir`. */
  baseDirectory: string;
  /** `--lc-messages-dir`: messages, character sets and the SQL of the system tables. */
  shareDirectory: string;
  /** Galera's provider library, where it is there. */
  galeraLibrary: string | null;
  /** `10.11.19`. */
  version: string;
}

export interface InstallationSearch {
  /** `PATH`: where to look for an installed `mariadbd`, before the usual system folders. */
  searchPath: string;
  /** Where a downloaded server is kept, for this user: `$XDG_CACHE_HOME/sf-ops`. */
  cacheDirectory: string;
}

/**
 * The machine's own MariaDB server, else the one downloaded earlier, else one downloaded now (about 20 MB, no rights
 * needed, nothing installed).
 *
 * @throws RefusedError if there is none and it cannot be downloaded; the hint is the command that installs one
 */
export async function findOrObtainServer(
  search: InstallationSearch,
  progress: Progress = NO_PROGRESS,
): Promise<ServerInstallation> {
  const folders = [...search.searchPath.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/usr/libexec'];
  for (const folder of new Set(folders.filter((name) => name !== ''))) {
    const program = join(folder, 'mariadbd');
    if (!existsSync(program)) continue;
    const installed = await describe([program], dirname(folder));
    if (installed !== null) return installed;
  }
  return obtainServer({ packages: ['mariadb-server-core'] }, search.cacheDirectory, progress);
}

/**
 * A server out of Debian packages, unpacked into the cache once and complete with its libraries: whatever the machine
 * has or has not.
 *
 * @throws RefusedError as `obtainPackages`, and if others could have put a server of theirs into its place
 */
export async function obtainServer(
  request: PackageRequest,
  cacheDirectory: string,
  progress: Progress = NO_PROGRESS,
): Promise<ServerInstallation> {
  const folder =
    [...request.packages].sort().join('+') + (request.suite === undefined ? '' : `@${request.suite}`);
  const root = join(cacheDirectory, 'servers', folder);
  await obtainPackages(request, root, progress);
  await requireUnwritableByOthers(root);

  const libraryFolders = ['lib', 'usr/lib'].flatMap((name) => multiarchFolders(join(root, name)));
  const loader = libraryFolders.flatMap((name) => filesLike(name, /^ld-linux.*\.so\.\d+$/))[0];
  const server = join(root, 'usr', 'sbin', 'mariadbd');
  const installation =
    loader &&
    (await describe([loader, '--library-path', libraryFolders.join(':'), server], join(root, 'usr')));
  if (!installation)
    throw new UnavailableError(`The MariaDB server that was unpacked into ${root} does not run.`);
  return installation;
}

/** Null if it does not run, or its system tables' SQL is not where its release keeps it. */
async function describe(
  command: ServerInstallation['command'],
  baseDirectory: string,
): Promise<ServerInstallation | null> {
  // Debian 13 renamed share/mysql to share/mariadb.
  const shareDirectory = ['mariadb', 'mysql']
    .map((name) => join(baseDirectory, 'share', name))
    .find((folder) => filesLike(folder, /_system_tables\.sql$/).length > 0);
  if (shareDirectory === undefined) return null;
  const [program, ...words] = command;
  const { stdout } = await runProgram(program, [...words, '--no-defaults', '--version']);
  const version = /Ver (\d+\.\d+\.\d+)-MariaDB/.exec(stdout)?.[1];
  if (version === undefined) return null;
  const galera = join(baseDirectory, 'lib', 'galera', 'libgalera_smm.so');
  return {
    command,
    baseDirectory,
    shareDirectory,
    galeraLibrary: existsSync(galera) ? galera : null,
    version,
  };
}

/** `lib/x86_64-linux-gnu` and its like. */
function multiarchFolders(folder: string): string[] {
  return filesLike(folder, /-linux-gnu/);
}

function filesLike(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
