import { isIPv6 } from 'node:net';
import { ConfigurationError } from '../core/errors.js';
import { sourcesOf, type Source } from './connection-sources.js';
import { readRegularFile } from './regular-file.js';

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
 * @throws UsageError when flags contradict each other or one is empty
 * @throws ConfigurationError when nothing says where the database is, or a named file cannot be read
 */
export function resolveConnection(flags: ConnectionFlags, environment: Environment): ConnectionSettings {
  const sources = sourcesOf(flags, environment);
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
      if (isIPv6(entry)) return { host: entry, port };
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
  const text = readRegularFile(path, 'TLS file');
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigurationError(`The TLS file ${path} holds no certificate or key in PEM form.`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new ConfigurationError(`"${text}" is not a port: give a number from 1 to 65535.`);
}
