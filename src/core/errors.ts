import { ExitCode } from './exit-codes.js';

export interface ErrorDetails {
  /** What the operator can do about it: one sentence, or a command to run. */
  hint?: string;
  /** The original error, kept for `--verbose` and for bug reports. */
  cause?: unknown;
  /** Overrides the word of the class where a script needs a finer one. */
  word?: string;
}

/**
 * A failure that sf-ops foresees: it carries the word that scripts match on, a sentence for people, a hint,
 * and the exit code. Anything thrown that is not an `SfOpsError` is a bug and exits 1.
 */
export abstract class SfOpsError extends Error {
  /** The machine-readable name: `error.code` in JSON. */
  readonly word: string;
  readonly hint: string | undefined;
  abstract readonly exitCode: ExitCode;

  protected constructor(defaultWord: string, sentence: string, details: ErrorDetails) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.word = details.word ?? defaultWord;
    this.hint = details.hint;
  }
}

/** The command line, or a value on it, is wrong. */
export class UsageError extends SfOpsError {
  readonly exitCode = ExitCode.USAGE;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('usage', sentence, details);
  }
}

/** What was asked about is unknown, or gone. */
export class NotFoundError extends SfOpsError {
  readonly exitCode = ExitCode.NOT_FOUND;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('not_found', sentence, details);
  }
}

/** Somebody else holds it, or the retries ran out. Nothing is half done; running again is safe. */
export class ConflictError extends SfOpsError {
  readonly exitCode = ExitCode.CONFLICT;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('conflict', sentence, details);
  }
}

/** A precondition or a confirmation is missing. Nothing was changed. */
export class RefusedError extends SfOpsError {
  readonly exitCode = ExitCode.REFUSED;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('refused', sentence, details);
  }
}

/** The database cannot answer: neither yes nor no is known. */
export class UnavailableError extends SfOpsError {
  readonly exitCode = ExitCode.UNAVAILABLE;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('unavailable', sentence, details);
  }
}

/** The configuration is wrong, unreadable or absent. */
export class ConfigurationError extends SfOpsError {
  readonly exitCode = ExitCode.CONFIGURATION;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('configuration', sentence, details);
  }
}

/** A deadline that the operator set passed. */
export class DeadlineError extends SfOpsError {
  readonly exitCode = ExitCode.DEADLINE;
  constructor(sentence: string, details: ErrorDetails = {}) {
    super('deadline', sentence, details);
  }
}

/** A signal ended the command. The sentence says what was, or was not, written. */
export class InterruptedError extends SfOpsError {
  readonly exitCode: ExitCode;
  constructor(signal: 'SIGINT' | 'SIGTERM', sentence: string, details: ErrorDetails = {}) {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated', sentence, details);
    this.exitCode = signal === 'SIGINT' ? ExitCode.INTERRUPTED : ExitCode.TERMINATED;
  }
}
