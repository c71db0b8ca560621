import type { ExitCode } from '../core/exit-codes.js';
import type { Parsed } from '../core/parsed-value.js';
import type { AnyAnswer } from '../render/answer.js';
import type { CommandContext } from './context.js';

/**
 * A command as plain data. The parser, help, environment twins, completion, the manual page and the tables in docs/ are
 * all made from it, and loading it loads nothing else: what the command does is behind `load`.
 */
export interface CommandDefinition<
  Options extends OptionDefinitions = OptionDefinitions,
  Arguments extends ArgumentDefinitions = ArgumentDefinitions,
> {
  /** The words that the operator types: `pending`, `network is-okay`. */
  readonly name: string;
  /** What it is for, as a line of a list: no capital, no full stop. */
  readonly summary: string;
  /** Paragraphs for its help, separated by empty lines. */
  readonly details?: string;
  /** Two or three, each run by a test on the sample cluster. */
  readonly examples: readonly Example[];
  /** In the order of the command line. The name `objectType` is shown as `object-type`. */
  readonly arguments: Arguments;
  /** The option `olderThan` is `--older-than`; the switch `noCoalesce` is `--no-coalesce`. */
  readonly options: Options;
  /** Further lists for its help, after the options. */
  readonly sections?: readonly HelpSection[];
  /** Formats beside those that every command has. */
  readonly formats?: readonly string[];
  /** The first word of a line of `nagios`, in upper case: which service is spoken of. */
  readonly service?: string;
  /** What the answer is written in without `--format`, where that is neither a table nor `plain`. */
  readonly defaultFormat?: string;
  /** Not listed: for programs, not for people. */
  readonly isHidden?: boolean;
  /** Whether the answer can go to a file: such a command has `--output`. */
  readonly toFile?: boolean;
  /** What its own exit codes mean; 0, 2, 69, 78 and the signals are the same everywhere. */
  readonly exitCodes: Readonly<Partial<Record<ExitCode, string>>>;
  /** The database that its context leads to; `sandbox`: the private server, whatever flags and configuration name. */
  readonly needs: 'nothing' | 'database' | 'sandbox';
  /** Whether it changes anything: such a command has `--lock` and `--jitter`. */
  readonly writes?: boolean;
  /** Imports the implementation. */
  readonly load: () => Promise<Run<Options, Arguments>>;
}

export interface Example {
  /** As typed, without the program's name: `pending network web`. */
  readonly command: string;
  /** What it does, in a few words. */
  readonly comment: string;
  /** The exit code that it ends with on the sample cluster, where that is not 0. */
  readonly exitCode?: ExitCode;
}

/** A heading with what it lists; help and the manual page lay it out in their own way. */
export interface HelpSection {
  title: string;
  entries: readonly { term: string; text: string }[];
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition<unknown>>>;
export type ArgumentDefinitions = Readonly<Record<string, ArgumentDefinition<unknown>>>;

/** What a shell can complete: words that the declaration lists, files, or names and ids that the database knows. */
export type Completer =
  | 'file'
  | 'object-type'
  /** An object of the type that the word before it names. */
  | 'object'
  | 'network'
  | 'instance'
  | 'interface'
  | 'node'
  | 'blob'
  | 'artifact'
  | 'namespace'
  | 'operation'
  | 'operation-type'
  /** `TYPE:UUID` of an operation. */
  | 'typed-operation'
  | 'task'
  /** A command or a topic of the help. */
  | 'topic';

interface Described<Value> {
  readonly description: string;
  readonly completes?: Completer;
  /** The words that it can be, where there are few. */
  readonly choices?: readonly string[];
  /**
   * The value that the command gets for what was typed, in order: nothing for what was left out. A problem is a clause
   * that follows the option's name: `"x" is not a duration`.
   */
  readonly read: (typed: readonly string[]) => Parsed<Value>;
}

export interface OptionDefinition<Value = unknown> extends Described<Value> {
  /** How help names the value: `duration`; null for a switch. */
  readonly placeholder: string | null;
  readonly repeatable: boolean;
  /** As typed. */
  readonly default?: string;
  /** One letter: `o` for `-o`. */
  readonly short?: string;
  /** The heading below which help lists it. */
  readonly group?: string;
  /** False for an option without an environment twin: its variable means something else. */
  readonly hasTwin?: boolean;
}

export interface ArgumentDefinition<Value = unknown> extends Described<Value> {
  readonly required: boolean;
  readonly variadic: boolean;
  /** Whether `-` stands for the lines of standard input. */
  readonly stdin: boolean;
}

/** What the command gets for each of its options, or arguments. */
export type ValuesOf<Definitions extends Readonly<Record<string, Described<unknown>>>> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends Described<infer Value> ? Value : never;
};

/** What the operator asked for, read and checked. */
export interface Request<Options extends OptionDefinitions, Arguments extends ArgumentDefinitions> {
  readonly options: ValuesOf<Options>;
  readonly arguments: ValuesOf<Arguments>;
}

/** A command's implementation. It neither prints nor knows the format; what it cannot answer, it throws. */
export type Run<Options extends OptionDefinitions, Arguments extends ArgumentDefinitions> = (
  context: CommandContext,
  request: Request<Options, Arguments>,
) => Promise<AnyAnswer>;

/**
 * Lets the compiler compare a declaration with its implementation, and then hides what only those two need to know: the
 * types of the values.
 */
export function defineCommand<Options extends OptionDefinitions, Arguments extends ArgumentDefinitions>(
  definition: CommandDefinition<Options, Arguments>,
): CommandDefinition {
  return definition as unknown as CommandDefinition;
}
