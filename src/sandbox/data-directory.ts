import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UnavailableError } from '../core/errors.js';
import type { ServerInstallation } from './installation.js';
import { runProgram } from './run-program.js';

/** The name of the database, and of the account that owns everything in it. */
export const SANDBOX_DATABASE = 'shakenfist';
/** The account that the sandbox is used with; it may do everything in its database and nothing elsewhere. */
export const SANDBOX_USER = 'shakenfist';
/** May do everything. */
export const ADMINISTRATOR = 'root';

/**
 * What must be the same when the data directory is made and at every start, or InnoDB refuses it; small, because
 * a sandbox is copied, thrown away and often lies on a small disk.
 */
const STORAGE_ARGUMENTS: readonly string[] = [
  '--innodb-data-file-path=ibdata1:4M:autoextend',
  '--innodb-autoextend-increment=1',
  '--innodb-log-file-size=16M',
  '--innodb-undo-tablespaces=0',
];

/**
 * Neither account has a password, and both exist for `localhost` only, which to a server with `--skip-name-resolve`
 * means: through the unix socket. Whoever can open the socket is let in, so it has to lie in a folder that nobody but
 * its owner may enter (mode 0700).
 */
const ACCOUNTS = [
  `DELETE FROM mysql.global_priv WHERE User = '${ADMINISTRATOR}' AND Host <> 'localhost';`,
  'DELETE FROM mysql.proxies_priv;',
  // The server bootstraps without access checks; this loads the grant tables, so that accounts can be made.
  'FLUSH PRIVILEGES;',
  `CREATE DATABASE ${SANDBOX_DATABASE} CHARACTER SET utf8mb4;`,
  `CREATE USER ${SANDBOX_USER}@localhost;`,
  `GRANT ALL ON ${SANDBOX_DATABASE}.* TO ${SANDBOX_USER}@localhost;`,
];

export interface DataDirectoryOptions {
  /** More statements to run once the accounts exist, each on one line and ending in `;`. */
  statements?: readonly string[];
}

/**
 * Makes a MariaDB data directory at `path`, whole or not at all: about a quarter of a second.
 *
 * @throws UnavailableError if the server cannot bootstrap; the sentence holds its own complaint
 */
export async function createDataDirectory(
  installation: ServerInstallation,
  path: string,
  { statements = [] }: DataDirectoryOptions = {},
): Promise<void> {
  const scratch = await mkdtemp(`${path}.partial-`);
  try {
    const dataDirectory = join(scratch, 'data');
    await mkdir(dataDirectory, { mode: 0o700 });
    await mkdir(temporaryDirectory(dataDirectory), { mode: 0o700 });
    const [program, ...words] = installation.command;
    const result = await runProgram(program, [...words, ...bootstrapArguments(installation, dataDirectory)], {
      cwd: dataDirectory,
      input: await bootstrapSql(installation, statements),
    });
    if (result.exitCode !== 0 || /^ERROR:/m.test(result.stderr)) {
      const complaints = result.stderr.split('\n').filter((line) => line.includes('ERROR'));
      throw new UnavailableError(`The private MariaDB server could not be set up: ${complaints.join(' ')}`);
    }
    await rename(dataDirectory, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Where the server keeps its temporary tables: beside its data, never in the system's folder, because a server that
 * starts deletes every temporary table that it finds there, whichever server's it is.
 */
export function temporaryDirectory(dataDirectory: string): string {
  return join(dirname(dataDirectory), 'tmp');
}

/** The arguments that every run of a private server begins with, whatever it is run for. */
export function commonArguments(installation: ServerInstallation, dataDirectory: string): string[] {
  return [
    // Has to be the first: the system's configuration is not meant for a private server, and breaks it.
    '--no-defaults',
    `--basedir=${installation.baseDirectory}`,
    `--lc-messages-dir=${installation.shareDirectory}`,
    `--character-sets-dir=${join(installation.shareDirectory, 'charsets')}`,
    `--datadir=${dataDirectory}`,
    `--tmpdir=${temporaryDirectory(dataDirectory)}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--character-set-server=utf8mb4',
    ...STORAGE_ARGUMENTS,
  ];
}

function bootstrapArguments(installation: ServerInstallation, dataDirectory: string): string[] {
  return [
    ...commonArguments(installation, dataDirectory),
    '--bootstrap',
    '--log-warnings=0',
    '--skip-networking',
    // Nothing is lost if this run is: it is then repeated from the start.
    '--innodb-flush-log-at-trx-commit=0',
  ];
}

async function bootstrapSql(
  installation: ServerInstallation,
  statements: readonly string[],
): Promise<string> {
  const names = await readdir(installation.shareDirectory);
  const scripts = ['_system_tables.sql', '_performance_tables.sql', '_system_tables_data.sql'].map(
    (ending) => {
      const name = names.find((candidate) => candidate.endsWith(ending));
      if (name === undefined) {
        throw new UnavailableError(`MariaDB's *${ending} is missing from ${installation.shareDirectory}.`);
      }
      return readFile(join(installation.shareDirectory, name), 'utf8');
    },
  );
  return [
    'CREATE DATABASE mysql;',
    'USE mysql;',
    // The scripts read it: an administrator without a password, not one tied to the system's account of that name.
    'SET @auth_root_socket = NULL;',
    ...(await Promise.all(scripts)),
    ...ACCOUNTS,
    ...statements,
    '',
  ].join('\n');
}
