import { Command, Option } from 'commander';
import type { ConnectionFlags, Environment } from '../configuration/connection-settings.js';
import { UsageError } from '../core/errors.js';
import type { Terminal } from './terminal.js';

export interface GlobalOptions extends ConnectionFlags {
  sandbox?: boolean;
  format?: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: 'auto' | 'always' | 'never';
  timeout?: string;
  yes?: boolean;
}

const DATABASE = 'Database:';
const OUTPUT = 'Output:';

/** The options that every command takes, before or after its name. */
export function declareGlobalOptions(program: Command): void {
  const option = (group: string, flags: string, description: string): Option =>
    new Option(flags, description).helpGroup(group);
  for (const declared of [
    option(DATABASE, '--host <host[:port],…>', 'server, or several in order of preference'),
    option(DATABASE, '--port <port>', 'TCP port for hosts that name none (3306)'),
    option(DATABASE, '--user <user>', 'account (shakenfist)'),
    option(DATABASE, '--database <name>', 'database (shakenfist)'),
    option(DATABASE, '--socket <path>', 'unix socket instead of a host'),
    option(DATABASE, '--password-file <file>', 'file that holds the password'),
    option(DATABASE, '--defaults-file <file>', 'option file of the mariadb client'),
    option(DATABASE, '--config <file>', 'Shaken Fist configuration (/etc/sf/config)'),
    option(DATABASE, '--ssl-ca <file>', 'certificate authority for TLS'),
    option(DATABASE, '--ssl-cert <file>', 'client certificate for TLS'),
    option(DATABASE, '--ssl-key <file>', 'client key for TLS'),
    option(DATABASE, '--ssl-verify-server-cert', 'use TLS and check the certificate'),
    option(DATABASE, '--no-ssl-verify-server-cert', 'use TLS and accept any certificate'),
    option(DATABASE, '--sandbox', 'use the private sandbox server, started if needed'),
    option(
      OUTPUT,
      '--format <format>',
      'table, plain, json, ndjson or csv (table on a terminal, else plain)',
    ),
    option(OUTPUT, '--json', 'same as --format json'),
    option(OUTPUT, '--color <when>', 'auto, always or never')
      .choices(['auto', 'always', 'never'])
      .default('auto'),
    option(OUTPUT, '--quiet', 'only the answer and warnings'),
    option(OUTPUT, '--verbose', 'show SQL, and the cause of an error'),
    option('Options:', '--timeout <seconds>', 'deadline for the whole command'),
    option('Options:', '--yes', 'answer every question with yes'),
  ]) {
    program.addOption(declared);
  }
}

/**
 * A command whose every option has an environment twin: `--dry-run` is `SF_OPS_DRY_RUN`. So have its subcommands'.
 * An empty variable is one that is not set. A switch takes 1, true, yes or on; 0, false, no and off leave it off.
 */
export class TwinnedCommand extends Command {
  constructor(
    name: string,
    private readonly environment: Environment,
  ) {
    super(name);
  }

  override createCommand(name = ''): TwinnedCommand {
    return new TwinnedCommand(name, this.environment);
  }

  override addOption(option: Option): this {
    const name = `SF_OPS_${option.name().replaceAll('-', '_').toUpperCase()}`;
    const value = this.environment[name] ?? '';
    const isSwitch = !option.required && !option.optional;
    // Before the option is added, or commander does not listen for it.
    if (value !== '' && !(isSwitch && /^(0|false|no|off)$/i.test(value))) option.env(name);
    return super.addOption(option);
  }
}

/** A table is for people; programs and files get `plain`. */
export function outputFormat(options: GlobalOptions, terminal: Terminal): string {
  if (options.json) return 'json';
  return options.format ?? (terminal.stdout.isTTY ? 'table' : 'plain');
}

/** Ways of saying the same thing: where the database is, and how the answer looks. */
const RIVALS: readonly (readonly (keyof GlobalOptions)[])[] = [
  ['host', 'socket', 'sandbox'],
  ['format', 'json'],
];

/**
 * The global options as they were meant together: what the command line says outdoes the environment twin of each
 * other way to say it.
 *
 * @throws UsageError when the command line says it twice
 */
export function effectiveOptions(program: Command): GlobalOptions {
  const options = { ...program.opts<GlobalOptions>() };
  for (const rivals of RIVALS) {
    const [said, second] = rivals.filter((name) => program.getOptionValueSource(name) === 'cli');
    if (second !== undefined) throw new UsageError(`--${said} and --${second} exclude each other.`);
    for (const other of rivals) if (said !== undefined && other !== said) delete options[other];
  }
  return options;
}
