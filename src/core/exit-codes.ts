/**
 * The exit codes of sf-ops: one table for the whole tool, and an API.
 *
 * "Cannot tell" (`UNAVAILABLE`) is never reported as yes (`OK`) or as no (`NO`).
 */
export const ExitCode = {
  /** Done; or the answer is yes. */
  OK: 0,
  /** An unexpected failure: a bug in sf-ops. */
  BUG: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** The answer is no: not okay, problems found, verification failed. */
  NO: 3,
  /** A deadline passed. */
  DEADLINE: 4,
  /** What was waited for ended in error or abort. */
  FAILED: 5,
  /** Unknown or gone. */
  NOT_FOUND: 6,
  /** Somebody else holds it, or retries ran out; safe to run again. */
  CONFLICT: 7,
  /** Still pending. */
  PENDING: 8,
  /** A precondition or a confirmation is missing; nothing was changed. */
  REFUSED: 9,
  /** The database cannot answer. */
  UNAVAILABLE: 69,
  /** The configuration is wrong or absent. */
  CONFIGURATION: 78,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** From what hardly matters to what matters most: an answer, no answer about one of several, no answer at all. */
const SEVERITY: readonly ExitCode[] = [
  ...[ExitCode.OK, ExitCode.PENDING, ExitCode.NO, ExitCode.FAILED, ExitCode.DEADLINE],
  ...[ExitCode.CONFLICT, ExitCode.REFUSED, ExitCode.NOT_FOUND, ExitCode.USAGE, ExitCode.CONFIGURATION],
  ...[ExitCode.UNAVAILABLE, ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.TERMINATED],
];

/** The exit code of a command with several outcomes. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce(
    (worst, code) => (SEVERITY.indexOf(code) > SEVERITY.indexOf(worst) ? code : worst),
    ExitCode.OK,
  );
}
