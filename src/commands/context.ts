import type { Environment } from '../configuration/connection-settings.js';
import type { ThisNodeSettings } from '../core/gate/this-node.js';
import type { Progress } from '../core/progress.js';
import type { Database } from '../database/database.js';
import type { LiveTerminal } from '../render/live-terminal.js';

/** What a command is handed: everything from outside that it may use. */
export interface CommandContext {
  readonly environment: Environment;
  /** Seconds of `--timeout`, null where it was not given. */
  readonly timeoutSeconds: number | null;
  /** Aborted by SIGINT and SIGTERM, with the signal's name as reason. */
  readonly signal: AbortSignal;
  /** Whether `--verbose` asks for everything. */
  readonly verbose: boolean;
  /**
   * Unix seconds by the database's clock, once it has been asked for anything: who holds what for how long must not
   * depend on this machine's. Before that, by this machine's.
   */
  now(): number;
  /** Unix seconds by this machine's own clock. */
  ownNow(): number;
  /** The database that flags, environment and configuration name, connected to at its first use. */
  database(): Promise<Database>;
  /** What this machine's configuration says about the Shaken Fist node that it is. */
  thisNode(): ThisNodeSettings;
  /** Tells the operator something beside the answer: a line on stderr, silent with `--quiet`. */
  note(text: string): void;
  /** Like `note`, for what affects the answer and should not be overlooked: shown even with `--quiet`. */
  warn(text: string): void;
  /**
   * Asks for a yes on the terminal; `--yes` answers it.
   *
   * @throws RefusedError when the answer is no, or there is no terminal to ask on
   */
  confirm(question: string): Promise<void>;
  /** The lines of standard input, without the space around them; a line may be empty. */
  inputLines(): AsyncIterable<string>;
  /**
   * Standard input as it comes, for what may be of any size.
   *
   * @param enough aborted when no more is wanted
   */
  inputBytes(enough: AbortSignal): AsyncIterable<Uint8Array>;
  /** Where long work tells how far it is: shown on stderr, unless `--quiet`. */
  readonly progress: Progress;
  /** Aborted when the answer gets nowhere any more: behind `head`, or onto a disk that is full. */
  readonly readerLeft: AbortSignal;
  /** A terminal for a view that redraws itself; null where there is none, or another format is asked for. */
  readonly live: LiveTerminal | null;
}
