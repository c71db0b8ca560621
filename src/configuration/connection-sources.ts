import { UsageError } from '../core/errors.js';
import type { ConnectionFlags, Environment } from './connection-settings.js';
import { readDefaultsFile } from './defaults-file.js';
import { readRegularFile } from './regular-file.js';
import { DEFAULT_CONFIG_PATH, parseSfConfig } from './sf-config.js';

/** One place that may say how to reach the database: what it says, each absent where it is silent. */
export interface Source {
  /** For messages: a flag, a file's path. */
  name: string;
  /** A sentence for a source that is there and cannot be looked at. */
  unreadable?: string;
  host?: string | undefined;
  socket?: string | undefined;
  port?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
  sslCa?: string | undefined;
  sslCert?: string | undefined;
  sslKey?: string | undefined;
  sslVerify?: boolean | undefined;
}

/** Flags, the option file that a flag names, the environment, Shaken Fist's own configuration: the nearest first. */
export function sourcesOf(flags: ConnectionFlags, environment: Environment): Source[] {
  return [
    fromFlags(flags),
    ...(flags.defaultsFile === undefined ? [] : [fromDefaultsFile(flags.defaultsFile)]),
    fromShakenFist((name) => environment[name], 'the environment'),
    fromConfigFile(flags.config),
  ];
}

/** An empty flag is a script's unset variable: to go on with another source could reach another cluster. */
function fromFlags(flags: ConnectionFlags): Source {
  if (flags.host !== undefined && flags.socket !== undefined) {
    throw new UsageError('--host and --socket exclude each other.');
  }
  for (const name of ['host', 'port', 'user', 'database', 'socket'] as const) {
    if (flags[name] === '') throw new UsageError(`--${name} is empty.`);
  }
  return {
    name: flags.socket === undefined ? '--host' : '--socket',
    host: flags.host,
    socket: flags.socket,
    port: flags.port,
    user: flags.user,
    database: flags.database,
    password: flags.passwordFile === undefined ? undefined : readPassword(flags.passwordFile),
    sslCa: flags.sslCa,
    sslCert: flags.sslCert,
    sslKey: flags.sslKey,
    sslVerify: flags.sslVerifyServerCert,
  };
}

function fromDefaultsFile(path: string): Source {
  const options = readDefaultsFile(path);
  const host = nonEmpty(options.get('host'));
  const socket = nonEmpty(options.get('socket'));
  // To the client, localhost means the socket.
  const isLocal = socket !== undefined && (host === undefined || host === 'localhost');
  return {
    name: path,
    ...(isLocal ? { socket } : { host }),
    port: options.get('port'),
    user: options.get('user'),
    password: options.get('password'),
    database: options.get('database'),
    sslCa: options.get('ssl-ca'),
    sslCert: options.get('ssl-cert'),
    sslKey: options.get('ssl-key'),
    // `ssl` alone asks for TLS; as without it, certificates are checked unless the file says otherwise.
    sslVerify:
      switchOf(options, 'ssl-verify-server-cert') ?? (switchOf(options, 'ssl') === true ? true : undefined),
  };
}

/** A switch as the client spells it: `name`, `name=0`, `skip-name`, `disable-name`. */
function switchOf(options: ReadonlyMap<string, string>, name: string): boolean | undefined {
  if (options.has(`skip-${name}`) || options.has(`disable-${name}`)) return false;
  const value = options.get(name);
  return value === undefined ? undefined : !/^(0|off|false|no)$/i.test(value);
}

function fromShakenFist(value: (name: string) => string | undefined, name: string): Source {
  return {
    name,
    host: nonEmpty(value('SHAKENFIST_MARIADB_HOST')),
    port: nonEmpty(value('SHAKENFIST_MARIADB_PORT')),
    user: nonEmpty(value('SHAKENFIST_MARIADB_USER')),
    password: value('SHAKENFIST_MARIADB_PASSWORD'),
    database: nonEmpty(value('SHAKENFIST_MARIADB_DATABASE')),
  };
}

/**
 * A path that was named must be readable. The default one may be absent, as on an administrator's laptop, or closed to
 * this user, who then has to say where the database is in another way.
 */
function fromConfigFile(named: string | undefined): Source {
  const path = named ?? DEFAULT_CONFIG_PATH;
  let text: string;
  try {
    text = readRegularFile(path, 'configuration file');
  } catch (error) {
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
    if (named === undefined && code === 'ENOENT') return { name: path };
    if (named === undefined && code === 'EACCES')
      return { name: path, unreadable: ` (${path} is not readable.)` };
    throw error;
  }
  const values = parseSfConfig(text);
  return fromShakenFist((name) => values.get(name), path);
}

function readPassword(path: string): string {
  return readRegularFile(path, 'password file').replace(/\r?\n$/, '');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
