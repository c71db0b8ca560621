import type { ExitCode } from '../core/exit-codes.js';
import type { AnyAnswer } from './answer.js';
import type { Look } from './look.js';

/** Why there is no answer, or no whole one. */
export interface Failure {
  /** What scripts match on: `error.code` in JSON. */
  word: string;
  message: string;
  hint: string | null;
  exitCode: ExitCode;
}

/** Where text goes. A promise asks the caller to wait before it writes more. */
export interface Sink {
  write(text: string): Promise<void> | undefined;
}

/** One answer on its way out in one format. `end` or `fail` is the last call, and says how the process exits. */
export interface Writer {
  begin(): Promise<void>;
  row(row: never): Promise<void> | void;
  end(): Promise<ExitCode>;
  /** The rows broke off: what has been written is closed properly. */
  fail(failure: Failure): Promise<ExitCode>;
}

/** A format: how an answer is written, and what stdout says where there is none. */
export interface Format {
  open: (answer: AnyAnswer, output: Sink, look: Look) => Writer;
  /** A command that failed before it had an answer: a wrong option, or a database that cannot be reached. */
  fail: (failure: Failure, output: Sink) => Promise<ExitCode>;
  /** Whether stdout tells a failure to people as well, so that stderr need not. */
  tellsFailures?: boolean;
}
