import { access, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../core/errors.js';
import { NO_PROGRESS, type Progress } from '../core/progress.js';
import { withFileLock } from './lock.js';
import { runProgram, type ProgramResult } from './run-program.js';

export interface PackageRequest {
  /** Debian package names; what they depend on comes along. */
  packages: readonly string[];
  /** Another suite (`trixie`) of the Debian mirror that this machine uses; without it, the machine's own sources. */
  suite?: string;
}

/**
 * Downloads Debian packages and everything they need, down to the C library, and unpacks them into `destination`.
 *
 * Nothing is installed: apt works on a package database of its own that is empty, so it needs no rights, no earlier
 * `apt-get update`, and never looks at what the machine has. A complete set of libraries is what makes the result
 * run on a machine of another release too. `destination` appears whole or not at all, and once for any number of
 * processes that ask at the same time.
 *
 * @throws RefusedError if apt is missing, cannot reach its mirror, or does not know the packages
 */
export async function obtainPackages(
  request: PackageRequest,
  destination: string,
  progress: Progress = NO_PROGRESS,
): Promise<void> {
  if (await exists(destination)) return;
  await withFileLock(`${destination}.lock`, async () => {
    if (await exists(destination)) return;
    const scratch = await mkdtemp(`${destination}.partial-`);
    try {
      const apt = join(scratch, 'apt');
      await tellingBytes(join(apt, 'cache', 'archives'), progress, () => downloadPackages(request, apt));
      const root = join(scratch, 'root');
      await unpackPackages(join(scratch, 'apt', 'cache', 'archives'), root);
      await rename(root, destination);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** apt tells nobody how far it is; its files grow. */
async function tellingBytes(folder: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  const task = progress.start({ doing: 'Fetching MariaDB', done: 'fetched', unit: 'bytes', total: null });
  let told = 0;
  const look = async (): Promise<void> => {
    const bytes = await bytesIn(folder);
    task.advance(Math.max(0, bytes - told));
    told = Math.max(told, bytes);
  };
  const timer = setInterval(() => void look(), 250);
  try {
    await work();
    await look();
  } finally {
    clearInterval(timer);
    task.end();
  }
}

/** 0 for a folder that is not there yet; a file that is renamed meanwhile counts the next time. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) =>
    stat(join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function downloadPackages(request: PackageRequest, home: string): Promise<void> {
  await mkdir(join(home, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(home, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(join(home, 'status'), '');
  const configuration = join(home, 'apt.conf');
  const apt = (...words: string[]) => runApt('apt-get', ['-c', configuration, '--quiet', ...words], request);

  const settings = privateSettings(home);
  await writeFile(configuration, settings);
  await apt('update');
  if (request.suite !== undefined) {
    const targets = await apt(
      'indextargets',
      '--format',
      '$(REPO_URI)',
      'Created-By: Packages',
      'Label: Debian',
    );
    const mirror = targets.stdout.split('\n', 1)[0];
    if (!mirror) {
      throw new RefusedError(
        `This machine's apt does not use a Debian mirror, so ${request.suite} is unknown to it.`,
      );
    }
    const sources = join(home, 'sources.list');
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    await writeFile(sources, `deb [signed-by=${key}] ${mirror} ${request.suite} main\n`);
    await writeFile(
      configuration,
      `${settings}Dir::Etc::sourcelist "${sources}";\nDir::Etc::sourceparts "-";\n`,
    );
    await apt('update');
  }
  await apt('--yes', '--no-install-recommends', '--download-only', 'install', ...request.packages);
}

function privateSettings(home: string): string {
  return [
    `Dir::State "${home}/state";`,
    `Dir::State::status "${home}/status";`,
    `Dir::Cache "${home}/cache";`,
    // The one lock that apt would still take is the system's, which only root may.
    'Debug::NoLocking "true";',
    // As root, apt would download as `_apt`, who may not write into a private folder.
    'APT::Sandbox::User "";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    '',
  ].join('\n');
}

/** Only libraries and the packages asked for end up in `root`: apt also brings account tools and configuration. */
async function unpackPackages(archives: string, root: string): Promise<void> {
  await mkdir(root);
  const wanted = (await readdir(archives)).filter((name) =>
    /^(lib|zlib|mariadb-server-core|galera).*\.deb$/.test(name),
  );
  for (const name of wanted) {
    const result = await runProgram('dpkg-deb', ['--extract', join(archives, name), root]);
    if (result.exitCode !== 0) throw unobtainable(`dpkg-deb could not unpack ${name}: ${lastLine(result)}`);
  }
}

async function runApt(program: string, words: string[], request: PackageRequest): Promise<ProgramResult> {
  let result: ProgramResult;
  try {
    result = await runProgram(program, words);
  } catch (cause) {
    throw unobtainable(`${program} cannot be run`, request, cause);
  }
  // `update` fails if a single third-party source does; whether the packages can be had is `install`'s verdict.
  if (result.exitCode !== 0 && !words.includes('update')) {
    throw unobtainable(`${program} failed: ${lastLine(result)}`, request);
  }
  return result;
}

function unobtainable(reason: string, request?: PackageRequest, cause?: unknown): RefusedError {
  const packages = request?.packages ?? ['mariadb-server-core'];
  return new RefusedError(`No MariaDB server is installed and none could be downloaded (${reason}).`, {
    hint: `sudo apt-get install ${packages.join(' ')}`,
    cause,
  });
}

function lastLine({ stdout, stderr }: ProgramResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
