import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../core/errors.js';
import { readDefaultsFile } from './defaults-file.js';
import { parseSfConfig } from './sf-config.js';

export const DEFAULT_CONFIG_PATH = '/etc/sf/config';
const DEFAULT_PORT = 3306;

/** One place where a MariaDB server may be reached: a TCP address or a unix socket. */
export type ServerAddress = { host: string; port: number } | { socketPath: string };

export interface TlsSettings {
  ca?: string;
  cert?: string;
  key?: string;
  /** Whether the server's certificate and host name must be valid. */
  verify: boolean;
}

/** Everything needed to reach the database. `password` must never reach a log, an error or JSON. */
export interface ConnectionSettings {
  /** In order of preference; the first that is reachable, Primary and Synced is used. */
  addresses: ServerAddress[];
  user: string;
  password: string;
  database: string;
  tls: TlsSettings | null;
  /** Where the address came from, for messages: `--host`, `SHAKENFIST_MARIADB_HOST`, a file's path. */
  origin: string;
}

/** The connection flags of the command line, each absent unless it was given. */
export interface ConnectionFlags {
  host?: string;
  port?: string;
  user?: string;
  database?: string;
  socket?: string;
  passwordFile?: string;
  defaultsFile?: string;
  sslCa?: string;
  sslCert?: string;
  sslKey?: string;
  sslVerifyServerCert?: boolean;
  config?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Decides where the database is. Each setting on its own takes the first that has it: flags, the option file that a
 * flag names, the environment, Shaken Fist's own configuration file. The address is one setting: a socket or a host
 * from a nearer source is not mixed with the other from a farther one.
 *
 * @throws ConfigurationError when nothing says where the database is, or a named file cannot be read
 */
export function resolveConnection(flags: ConnectionFlags, environment: Environment): ConnectionSettings {
  const sources = [
    fromFlags(flags),
    ...(flags.defaultsFile === undefined ? [] : [fromDefaultsFile(flags.defaultsFile)]),
    fromShakenFist((name) => environment[name], 'the environment'),
    fromConfigFile(flags.config),
  ];
  const first = <K extends keyof Source>(key: K): Source[K] | undefined =>
    sources.find((source) => source[key] !== undefined)?.[key];

  const located = sources.find((source) => source.socket !== undefined || source.host !== undefined);
  if (located === undefined) {
    const unreadable = sources.map((source) => source.unreadable ?? '').join('');
    throw new ConfigurationError(`Nothing says where the database is.${unreadable}`, {
      word: 'not_configured',
      hint: 'Name it with --host (or --socket, or SHAKENFIST_MARIADB_HOST), or try everything on a private server with --sandbox.',
    });
  }
  return {
    addresses:
      located.socket === undefined
        ? parseHosts(located.host!, parsePort(first('port') ?? String(DEFAULT_PORT)))
        : [{ socketPath: located.socket }],
    user: first('user') ?? 'shakenfist',
    password: first('password') ?? '',
    database: first('database') ?? 'shakenfist',
    tls: tlsSettings(first('sslCa'), first('sslCert'), first('sslKey'), first('sslVerify')),
    origin: located.name,
  };
}

/** `db1,db2:3307,[fd00::1]:3306` → addresses, each with its own or the common port. */
export function parseHosts(list: string, port: number): ServerAddress[] {
  const addresses = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
      const plain = /^([^:]+)(?::(\d+))?$/.exec(entry);
      const match = bracketed ?? plain;
      if (match) return { host: match[1]!, port: match[2] === undefined ? port : parsePort(match[2]) };
      if (/^[0-9a-f:.]+$/i.test(entry)) return { host: entry, port }; // a bare IPv6 address
      throw new ConfigurationError(`"${entry}" is not a host: give host or host:port.`);
    });
  if (addresses.length === 0) throw new ConfigurationError('The list of database hosts is empty.');
  return addresses;
}

/** An address for people: `db1:3306`, or the socket's path. */
export function describeAddress(address: ServerAddress): string {
  if ('socketPath' in address) return address.socketPath;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

interface Source {
  name: string;
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

function fromFlags(flags: ConnectionFlags): Source {
  if (flags.host !== undefined && flags.socket !== undefined) {
    throw new ConfigurationError('--host and --socket exclude each other.');
  }
  return {
    name: flags.socket === undefined ? '--host' : '--socket',
    host: nonEmpty(flags.host),
    socket: nonEmpty(flags.socket),
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
  const skipped = options.get('skip-ssl-verify-server-cert');
  const verify = options.get('ssl-verify-server-cert');
  return {
    name: path,
    host: nonEmpty(options.get('host')),
    socket: options.has('host') ? undefined : nonEmpty(options.get('socket')),
    port: options.get('port'),
    user: options.get('user'),
    password: options.get('password'),
    database: options.get('database'),
    sslCa: options.get('ssl-ca'),
    sslCert: options.get('ssl-cert'),
    sslKey: options.get('ssl-key'),
    sslVerify:
      skipped !== undefined ? false : verify === undefined ? undefined : !/^(0|off|false|no)$/i.test(verify),
  };
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
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (named === undefined && code === 'ENOENT') return { name: path };
    if (named === undefined && code === 'EACCES')
      return { name: path, unreadable: ` (${path} is not readable.)` };
    throw new ConfigurationError(
      `The configuration file ${path} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
  const values = parseSfConfig(text);
  return fromShakenFist((name) => values.get(name), path);
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ConfigurationError(`The password file ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function tlsSettings(
  ca: string | undefined,
  cert: string | undefined,
  key: string | undefined,
  verify: boolean | undefined,
): TlsSettings | null {
  if (ca === undefined && cert === undefined && key === undefined && verify === undefined) return null;
  return {
    ...(ca === undefined ? {} : { ca: readPem(ca) }),
    ...(cert === undefined ? {} : { cert: readPem(cert) }),
    ...(key === undefined ? {} : { key: readPem(key) }),
    verify: verify ?? true,
  };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`The TLS file ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new ConfigurationError(`"${text}" is not a port: give a number from 1 to 65535.`);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
