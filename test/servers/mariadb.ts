import { randomBytes } from 'node:crypto';
import { access, cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { ADMINISTRATOR, SANDBOX_USER, createDataDirectory } from '../../src/sandbox/data-directory.js';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { withFileLock } from '../../src/sandbox/lock.js';
import { readGreeting, startServer } from '../../src/sandbox/server.js';
import { findServerProcess, killServerProcess, stopServerProcess } from '../../src/sandbox/server-process.js';
import { machineServer, runFolder } from './run-folder.js';

/** How a test reaches a database; fits mysql2's options. */
export interface DatabaseSettings {
  socketPath: string;
  user: string;
  password: string;
  database: string;
}

/** The same over TCP: for a server that listens on a port, or whatever stands before it. */
export interface TcpSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface TestServer {
  socketPath: string;
  /** On 127.0.0.1; null if the server was started without one. */
  tcpPort: number | null;
  dataDirectory: string;
  logFile: string;
  pid: number;
  version: string;
  /** Ends the server; one that no test stops ends with the run. */
  stop(): Promise<void>;
  /** Ends it without warning (SIGKILL). */
  kill(): Promise<void>;
}

export interface TestServerOptions {
  /** More options of `mariadbd`, e.g. `--performance-schema=ON`. */
  extraArguments?: readonly string[];
  tcpPort?: number;
  /** Another server than the machine's own. */
  installation?: ServerInstallation;
  environment?: Readonly<Record<string, string>>;
}

/**
 * The account that tests use owns databases of this name only, as a deployment's account owns `shakenfist`. It is
 * there for TCP as well, where a test asks for a port.
 */
const DATABASE_PREFIX = 'sf_test_';
const ACCOUNTS = [
  `CREATE USER ${SANDBOX_USER}@'127.0.0.1';`,
  ...['localhost', '127.0.0.1'].map(
    (host) => `GRANT ALL ON \`sf\\_test\\_%\`.* TO ${SANDBOX_USER}@'${host}';`,
  ),
];
/**
 * Tests kill servers, not machines: what the operating system holds is safe. And InnoDB's purge holds on to every table of
 * a batch until the whole batch is done: with small ones, what one test deletes keeps no other from altering a table.
 */
const TEST_ARGUMENTS = [
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-doublewrite=OFF',
  '--innodb-purge-batch-size=1',
];

/**
 * The server that all test files of this run share; started by the first one to ask.
 *
 * For what a server of one's own is not needed for: anything that looks at the whole server (who waits for whom,
 * global variables), or ends it, takes `startTestServer`.
 */
export async function sharedServer(): Promise<TestServer> {
  const folder = join(runFolder(), 'shared');
  const installation = await machineServer();
  const socketPath = join(folder, 'socket');
  return withFileLock(join(runFolder(), 'shared.lock'), async () => {
    if ((await readGreeting(socketPath)) === null) return startIn(folder, installation, {});
    const dataDirectory = join(folder, 'data');
    const pid = findServerProcess(dataDirectory);
    if (pid === null) throw new Error(`${socketPath} answers but no server runs on ${dataDirectory}`);
    return describe(folder, installation, pid, null);
  });
}

/** A server for one test file alone: about 0.1 s. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(runFolder(), 'server-'));
  return startIn(folder, options.installation ?? (await machineServer()), options);
}

/** A new database that holds what `statements` make, reached as an ordinary user who owns it and nothing else. */
export async function createDatabase(
  server: { socketPath: string },
  statements: readonly string[],
): Promise<DatabaseSettings> {
  const database = DATABASE_PREFIX + randomBytes(6).toString('hex');
  const administrator = await connectAsAdministrator(server);
  try {
    await administrator.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    await administrator.query(`USE ${database}`);
    for (const statement of statements) await administrator.query(statement);
  } finally {
    await administrator.end();
  }
  return { socketPath: server.socketPath, user: SANDBOX_USER, password: '', database };
}

/** How to reach `database` through a port of 127.0.0.1. */
export function tcpSettings(database: string, port: number): TcpSettings {
  return { host: '127.0.0.1', port, user: SANDBOX_USER, password: '', database };
}

export async function dropDatabase(server: TestServer, { database }: DatabaseSettings): Promise<void> {
  const administrator = await connectAsAdministrator(server);
  try {
    await administrator.query(`DROP DATABASE ${database}`);
  } finally {
    await administrator.end();
  }
}

/** May do everything on the server; takes several statements in one query. The caller ends it. */
export function connectAsAdministrator(
  server: { socketPath: string },
  database?: string,
): Promise<Connection> {
  return createConnection({
    socketPath: server.socketPath,
    user: ADMINISTRATOR,
    multipleStatements: true,
    ...(database === undefined ? {} : { database }),
  });
}

/** A data directory to copy, made once a run for each release of the server. */
function templateDataDirectory(installation: ServerInstallation): Promise<string> {
  const template = join(runFolder(), `template-${installation.version}`);
  return onceInRun(template, () => createDataDirectory(installation, template, { statements: ACCOUNTS }));
}

/** The data directory in `folder`, copied from the one that `template` makes unless it is there. */
export async function ensureDataDirectory(folder: string, template: () => Promise<string>): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const dataDirectory = join(folder, 'data');
  if (!(await exists(dataDirectory))) await cp(await template(), dataDirectory, { recursive: true });
  return dataDirectory;
}

/** Makes `path` with the help of `make`, once in a run however many test files ask. */
export function onceInRun(path: string, make: () => Promise<void>): Promise<string> {
  return withFileLock(`${path}.lock`, async () => {
    if (!(await exists(path))) await make();
    return path;
  });
}

/** A server on the data directory in `folder`, which is made from the template if it is not there yet. */
export async function startIn(
  folder: string,
  installation: ServerInstallation,
  { extraArguments = [], tcpPort, environment }: Omit<TestServerOptions, 'installation'>,
): Promise<TestServer> {
  const dataDirectory = await ensureDataDirectory(folder, () => templateDataDirectory(installation));
  const server = await startServer({
    installation,
    dataDirectory,
    socketPath: join(folder, 'socket'),
    logFile: join(folder, 'log'),
    extraArguments: [...TEST_ARGUMENTS, ...extraArguments],
    // Not this worker's child to wait for: other workers may still use it when this one is done.
    detached: true,
    ...(tcpPort === undefined ? {} : { tcpPort }),
    ...(environment === undefined ? {} : { environment }),
  });
  return describe(folder, installation, server.pid, server.tcpPort);
}

function describe(
  folder: string,
  installation: ServerInstallation,
  pid: number,
  tcpPort: number | null,
): TestServer {
  const dataDirectory = join(folder, 'data');
  return {
    socketPath: join(folder, 'socket'),
    tcpPort,
    dataDirectory,
    logFile: join(folder, 'log'),
    pid,
    version: installation.version,
    stop: () => stopServerProcess(pid, dataDirectory),
    kill: () => killServerProcess(pid, dataDirectory),
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
