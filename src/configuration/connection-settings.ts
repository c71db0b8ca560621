import { isIPv6 } from 'node:net';
import { ConfigurationError } from '../core/errors.js';
import type { ConnectionFlags, Environment } from './connection-flags.js';
import { sourcesOf, type Source } from './connection-sources.js';
import { readRegularFile } from './regular-file.js';

export type { ConnectionFlags, Environment } from './connection-flags.js';

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
  /** Where the address came from, for messages: `--host`, `SHAKENFIST_MARIADB_HOST`, `my.cnf:3`. */
  origin: string;
  /** The same of what an account is refused for; absent for what is a default. */
  origins?: { user?: string; password?: string; database?: string };
}

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
  const [user, password, database] = [first('user'), first('password'), first('database')];
  return {
    ...locate(sources, first('port')?.value),
    user: user?.value ?? 'shakenfist',
    password: password?.value ?? '',
    database: database?.value ?? 'shakenfist',
    tls: tlsSettings(
      first('sslCa')?.value,
      first('sslCert')?.value,
      first('sslKey')?.value,
      first('sslVerify')?.value,
    ),
    origins: {
      ...(user === undefined ? {} : { user: user.origin }),
      ...(password === undefined ? {} : { password: password.origin }),
      ...(database === undefined ? {} : { database: database.origin }),
    },
  };
}

/** The nearest source with a socket or a host is the one that says where the database is. */
function locate(
  sources: readonly Source[],
  port = String(DEFAULT_PORT),
): Pick<ConnectionSettings, 'addresses' | 'origin'> {
  for (const { socket, host } of sources) {
    if (socket !== undefined) return { addresses: [{ socketPath: socket.value }], origin: socket.origin };
    if (host !== undefined)
      return { addresses: parseHosts(host.value, parsePort(port)), origin: host.origin };
  }
  const unreadable = sources.map((source) => source.unreadable ?? '').join('');
  throw new ConfigurationError(`Nothing says where the database is.${unreadable}`, {
    word: 'not_configured',
    hint: 'Name it with --host (or --socket, or SHAKENFIST_MARIADB_HOST), or try everything on a private server with --sandbox.',
  });
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
      if (match && !/[@/]/.test(match[1]!))
        return { host: match[1]!, port: match[2] === undefined ? port : parsePort(match[2]) };
      if (isIPv6(entry)) return { host: entry, port };
      // Not repeated in the sentence: where somebody wrote user:password@host, it would show the password.
      throw new ConfigurationError('A database host is given as host or host:port, and nothing else.', {
        hint: 'The account goes into --user, its password into --password-file.',
      });
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
