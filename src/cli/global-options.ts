import type {
  CommandDefinition,
  OptionDefinition,
  OptionDefinitions,
  ValuesOf,
} from '../commands/definition.js';
import { choice, duration, file, flag, option, text } from '../commands/parameters.js';
import type { ConnectionFlags, Environment } from '../configuration/connection-settings.js';
import { UsageError } from '../core/errors.js';
import { shown, type Parsed } from '../core/parsed-value.js';
import { COMMON_FORMATS } from '../render/formats.js';
import { flagOf } from './spelling.js';
import { optionValues, type Typed } from './typed-values.js';

const DATABASE = { group: 'Database' };
const OUTPUT = { group: 'Output' };

/** The options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS = {
  host: text('host[:port],...', 'server, or several in order of preference', DATABASE),
  port: text('port', 'TCP port for hosts that name none (3306)', DATABASE),
  user: text('user', 'account (shakenfist)', DATABASE),
  database: text('name', 'database (shakenfist)', DATABASE),
  socket: text('path', 'unix socket instead of a host', { ...DATABASE, completes: 'file' }),
  passwordFile: file('file that holds the password', DATABASE),
  defaultsFile: file('option file of the mariadb client', DATABASE),
  profile: text('name', 'group [sf-ops-NAME] of the option file (~/.my.cnf)', DATABASE),
  config: file('Shaken Fist configuration (/etc/sf/config)', DATABASE),
  sslCa: file('certificate authority for TLS', DATABASE),
  sslCert: file('client certificate for TLS', DATABASE),
  sslKey: file('client key for TLS', DATABASE),
  sslVerifyServerCert: flag('use TLS and check the certificate', DATABASE),
  noSslVerifyServerCert: flag('use TLS and accept any certificate', DATABASE),
  sandbox: flag('use the private sandbox server, started if needed', DATABASE),
  format: formatOption([]),
  json: flag('same as --format json', OUTPUT),
  columns: option('names', readNames, 'columns of table, wide, plain and csv, in this order', OUTPUT),
  headers: flag('a line of headings in plain too', OUTPUT),
  noHeaders: flag('no line of headings', OUTPUT),
  utc: flag('times of day in UTC, not in local time', OUTPUT),
  color: choice('when', ['auto', 'always', 'never'], 'auto, always or never', { ...OUTPUT, default: 'auto' }),
  quiet: flag('answer and warnings only; audit, prune, requeue and abort tell failures only', OUTPUT),
  verbose: flag('every row, SQL, and the cause of an error', OUTPUT),
  timeout: duration('deadline for the whole command'),
  yes: flag('answer every question with yes'),
  help: flag('this help', { short: 'h' }),
  version: flag('the version of sf-ops'),
} satisfies OptionDefinitions;

/** Options of the commands that change something. */
const WRITER_OPTIONS = {
  lock: option('name', readLockName, 'go ahead only where nobody else in the cluster holds this lock'),
  jitter: duration('wait up to this long, at random, before anything else'),
} satisfies OptionDefinitions;

/** Options of the commands whose answer can go to a file. */
const FILE_OPTIONS = {
  output: file('write the answer to a file, whole or not at all'),
} satisfies OptionDefinitions;

/** Those that were given, or have a default. */
export type GlobalOptions = Partial<
  ValuesOf<typeof GLOBAL_OPTIONS & typeof WRITER_OPTIONS & typeof FILE_OPTIONS>
>;

/** Ways of saying the same thing, or the opposite. */
const RIVALS: readonly (readonly string[])[] = [
  ['host', 'socket', 'sandbox'],
  ['format', 'json'],
  ['headers', 'noHeaders'],
  ['sslVerifyServerCert', 'noSslVerifyServerCert'],
  ['quiet', 'verbose'],
];

/** Every option of a command; of the program, without one. Its own stand in for common ones of the same name. */
export function allOptions(definition: CommandDefinition | null): OptionDefinitions {
  return { ...commonOptions(definition), ...(definition === null ? {} : ownOptions(definition)) };
}

/** The options that help lists with the command. */
export function ownOptions({ options, writes, toFile }: CommandDefinition): OptionDefinitions {
  return { ...options, ...(toFile === true ? FILE_OPTIONS : {}), ...(writes === true ? WRITER_OPTIONS : {}) };
}

function commonOptions(definition: CommandDefinition | null): OptionDefinitions {
  return { ...GLOBAL_OPTIONS, format: formatOption(definition?.formats ?? []) };
}

/**
 * The common options as they were meant together: what the command line says outdoes the environment twin of every
 * other way to say it.
 *
 * @throws UsageError for a wrong value, or when the command line says it twice
 */
export function readGlobalOptions(
  definition: CommandDefinition,
  typed: Typed,
  environment: Environment,
): GlobalOptions {
  const outdone = RIVALS.flatMap((rivals) => {
    const [said, second] = rivals.filter((name) => typed.has(name));
    if (second !== undefined)
      throw new UsageError(`${flagOf(said!)} and ${flagOf(second)} exclude each other.`);
    return said === undefined ? [] : rivals.filter((name) => name !== said);
  });
  const isMeant = (name: string): boolean => !(name in definition.options) && !outdone.includes(name);
  const meant = Object.entries({ ...commonOptions(definition), ...ownOptions(definition) }).filter(([name]) =>
    isMeant(name),
  );
  return optionValues(Object.fromEntries(meant), typed, environment);
}

export function connectionFlags(options: GlobalOptions): ConnectionFlags {
  const { host, port, user, database, socket, passwordFile, defaultsFile, profile, config } = options;
  const { sslCa, sslCert, sslKey, sslVerifyServerCert, noSslVerifyServerCert } = options;
  const sslVerify = sslVerifyServerCert ? true : noSslVerifyServerCert ? false : undefined;
  const flags = { host, port, user, database, socket, passwordFile, defaultsFile, profile, config };
  const given = Object.entries({ ...flags, sslCa, sslCert, sslKey, sslVerifyServerCert: sslVerify }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given);
}

function formatOption(special: readonly string[]): OptionDefinition<string | undefined> {
  const formats = [...COMMON_FORMATS, ...special];
  return choice('format', formats, 'how to write the answer (table on a terminal, else plain)', {
    ...OUTPUT,
    short: 'o',
  });
}

/** Part of a key of `cluster_locks`. */
function readLockName(typed: string): Parsed<string> {
  if (/^[\w.-]{1,64}$/.test(typed)) return { value: typed };
  return {
    problem: `${shown(typed)} is not a name of up to 64 letters, digits, dots, dashes and underscores`,
  };
}

function readNames(typed: string): Parsed<readonly string[]> {
  const names = typed.split(',').map((name) => name.trim().toLowerCase());
  return names.includes('') ? { problem: `${shown(typed)} is not a list of names: a,b,c` } : { value: names };
}
