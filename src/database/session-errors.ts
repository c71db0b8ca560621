import { UnavailableError } from '../core/errors.js';

/** No answer came in time. The connection is closed: what the server did with the statement is not known. */
export class NoAnswerError extends Error {
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT';
  readonly fatal = true;
  /** @param byDeadline whether `--timeout` left too little time for the silence to mean anything */
  constructor(
    seconds: number,
    readonly byDeadline = false,
  ) {
    super(`no answer within ${Number(seconds.toFixed(1))} s`);
  }
}

/** There was no time left to send the statement. The connection is closed. */
export class NoTimeError extends NoAnswerError {
  constructor(byDeadline: boolean) {
    super(0, byDeadline);
  }
}

/** The operator interrupted while a statement was running, or the connection was being made. It is closed. */
export class StatementInterruptedError extends Error {
  constructor() {
    super('interrupted');
  }
}

/** Whoever opened the connection has closed it: nothing may be sent any more, and nothing opens another. */
export class ClosedError extends Error {
  constructor() {
    super('the connection has been closed');
  }
}

/** The server sent more than is kept in memory. The connection is closed. */
export class AnswerTooLargeError extends UnavailableError {
  constructor(bytes: number) {
    super(`The server's answer is longer than ${bytes / 1024} KiB, and was cut off.`, {
      word: 'answer_too_large',
      hint: 'Ask for less, for example with --limit or for one object.',
    });
  }
}

export const isNoAnswer = (error: unknown): boolean => error instanceof NoAnswerError;

/** Nothing was sent: the server cannot have done it. */
export const isNotSent = (error: unknown): boolean => error instanceof NoTimeError;

export const isInterrupted = (error: unknown): boolean => error instanceof StatementInterruptedError;
