import type { Command } from 'commander';
import type { Environment } from '../configuration/connection-settings.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Database } from '../database/database.js';
import type { Report } from '../render/report.js';

/** What a command is handed: everything from outside that it may use. */
export interface CommandContext {
  /** The format that the answer will be printed in; for the few commands whose exit code depends on it. */
  readonly format: string;
  readonly environment: Environment;
  /** Seconds of `--timeout`, null where it was not given. */
  readonly timeoutSeconds: number | null;
  /** Aborted by SIGINT and SIGTERM, with the signal's name as reason. */
  readonly signal: AbortSignal;
  /** Unix seconds on this machine's clock. */
  now(): number;
  /** The database that flags, environment and configuration name, connected to at its first use. */
  database(): Promise<Database>;
  /** Tells the operator something beside the answer: a line on stderr, silent with `--quiet`. */
  note(text: string): void;
  /** Like `note`, for what should not be overlooked: shown even with `--quiet`. */
  warn(text: string): void;
  /**
   * Asks for a yes on the terminal; `--yes` answers it.
   *
   * @throws RefusedError when the answer is no, or there is no terminal to ask on
   */
  confirm(question: string): Promise<void>;
  /** The lines of standard input, without the space around them; a line may be empty. */
  inputLines(): AsyncIterable<string>;
  /** Prints a part of the answer ahead of its end, for commands that run long. */
  print(report: Report): Promise<void>;
}

/** The answer of a command; `report` null prints nothing. */
export interface Result {
  exitCode: ExitCode;
  report: Report | null;
}

/** @param options the command's own options, as commander names them */
export type Handler<Options, Arguments extends unknown[]> = (
  context: CommandContext,
  options: Options,
  ...args: Arguments
) => Promise<Result>;

export interface HandlerTraits {
  /** Formats beside the common ones. */
  formats?: readonly string[];
  /** The command's database is the sandbox, whatever flags and configuration name. */
  sandbox?: boolean;
}

/** Makes a commander action out of a handler: the one way in which a command is run. */
export type Handle = <Options, Arguments extends unknown[]>(
  handler: Handler<Options, Arguments>,
  traits?: HandlerTraits,
) => (...args: unknown[]) => Promise<void>;

/** Declares arguments and options on `command` and hands its action to `handle`. Every command file exports one. */
export type Declare = (command: Command, handle: Handle) => void;
