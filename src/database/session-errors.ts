/** No answer came in time. The connection is closed: what the server did with the statement is not known. */
export class NoAnswerError extends Error {
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT';
  readonly fatal = true;
  constructor(seconds: number) {
    super(`no answer within ${Number(seconds.toFixed(1))} s`);
  }
}

/** The operator interrupted while a statement was running, or the connection was being made. It is closed. */
export class StatementInterruptedError extends Error {
  constructor() {
    super('interrupted');
  }
}

export const isNoAnswer = (error: unknown): boolean => isOrWraps(error, NoAnswerError);

export const isInterrupted = (error: unknown): boolean => isOrWraps(error, StatementInterruptedError);

/** Drizzle wraps what its client throws. */
function isOrWraps(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isOrWraps(error.cause, kind));
}
