import { UsageError } from '../core/errors.js';
import type { ConnectionFlags, Environment } from './connection-flags.js';
import { OWN_OPTION_FILE, readDefaultsFile } from './defaults-file.js';
import { tlsOptionsOf } from './option-file-tls.js';
import { readRegularFile } from './regular-file.js';
import { DEFAULT_CONFIG_PATH, parseSfConfig } from './sf-config.js';

/** A value, and where it comes from, for messages: `--user`, `SHAKENFIST_MARIADB_USER`, `my.cnf:3`. */
export interface Setting<T = string> {
  value: T;
  origin: string;
}

/** One place that may say how to reach the database: what it says, each absent where it is silent. */
export interface Source {
  /** A sentence for a source that is there and cannot be looked at. */
  unreadable?: string;
  host?: Setting | undefined;
  socket?: Setting | undefined;
  port?: Setting | undefined;
  user?: Setting | undefined;
  password?: Setting | undefined;
  database?: Setting | undefined;
  sslCa?: Setting | undefined;
  sslCert?: Setting | undefined;
  sslKey?: Setting | undefined;
  sslVerify?: Setting<boolean> | undefined;
}

/** Flags, the option file that a flag names, the environment, Shaken Fist's own configuration: the nearest first. */
export function sourcesOf(flags: ConnectionFlags, environment: Environment): Source[] {
  return [
    fromFlags(flags),
    ...fromOptionFile(flags),
    fromShakenFist((name) => environment[name], ''),
    fromConfigFile(flags.config),
  ];
}

/** An empty flag is a script's unset variable: to go on with another source could reach another cluster. */
function fromFlags(flags: ConnectionFlags): Source {
  if (flags.host !== undefined && flags.socket !== undefined) {
    throw new UsageError('--host and --socket exclude each other.');
  }
  for (const name of ['host', 'port', 'user', 'database', 'socket', 'profile'] as const) {
    if (flags[name] === '') throw new UsageError(`--${name} is empty.`);
  }
  const { passwordFile } = flags;
  return {
    host: setting(flags.host, '--host'),
    socket: setting(flags.socket, '--socket'),
    port: setting(flags.port, '--port'),
    user: setting(flags.user, '--user'),
    database: setting(flags.database, '--database'),
    password:
      passwordFile === undefined
        ? undefined
        : { value: readPassword(passwordFile), origin: `--password-file ${passwordFile}` },
    sslCa: setting(flags.sslCa, '--ssl-ca'),
    sslCert: setting(flags.sslCert, '--ssl-cert'),
    sslKey: setting(flags.sslKey, '--ssl-key'),
    sslVerify: setting(flags.sslVerifyServerCert, '--ssl-verify-server-cert'),
  };
}

function fromOptionFile({ defaultsFile, profile }: ConnectionFlags): Source[] {
  if (defaultsFile === undefined && profile === undefined) return [];
  const options = readDefaultsFile(defaultsFile ?? OWN_OPTION_FILE, profile);
  const of = (name: string): Setting | undefined =>
    setting(options.get(name)?.value, options.get(name)?.place);
  const host = nonEmpty(of('host'));
  const socket = nonEmpty(of('socket'));
  // To the client, localhost means the socket.
  const isLocal = socket !== undefined && (host === undefined || host.value === 'localhost');
  return [
    {
      ...(isLocal ? { socket } : { host }),
      port: of('port'),
      user: of('user'),
      password: of('password'),
      database: of('database'),
      ...tlsOptionsOf(options),
    },
  ];
}

/** @param place the file, or nothing for the environment, where a variable's name says it all */
function fromShakenFist(read: (name: string) => string | undefined, place: string): Source {
  const of = (name: string): Setting | undefined => {
    const variable = `SHAKENFIST_MARIADB_${name}`;
    return setting(read(variable), place === '' ? variable : `${variable} in ${place}`);
  };
  return {
    host: nonEmpty(of('HOST')),
    port: nonEmpty(of('PORT')),
    user: nonEmpty(of('USER')),
    password: of('PASSWORD'),
    database: nonEmpty(of('DATABASE')),
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
    if (named === undefined && code === 'ENOENT') return {};
    if (named === undefined && code === 'EACCES') return { unreadable: ` (${path} is not readable.)` };
    throw error;
  }
  const values = parseSfConfig(text);
  return fromShakenFist((name) => values.get(name), path);
}

function readPassword(path: string): string {
  return readRegularFile(path, 'password file').replace(/\r?\n$/, '');
}

function setting<T>(value: T | undefined, origin: string | undefined): Setting<T> | undefined {
  return value === undefined ? undefined : { value, origin: origin ?? '' };
}

function nonEmpty(given: Setting | undefined): Setting | undefined {
  return given?.value === '' ? undefined : given;
}
