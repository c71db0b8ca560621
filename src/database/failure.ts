import { DeadlineError, InterruptedError, SfOpsError, UnavailableError } from '../core/errors.js';
import {
  isAccessDenied,
  isCollationMix,
  isColumnMissing,
  isConnectionLost,
  isDatabaseMissing,
  isDeadlinePassed,
  isLockWaitTimeout,
  isNotPrimary,
  isOfServer,
  isPrivilegeMissing,
  isServerFull,
  isServerReadOnly,
  isStatementKilled,
  isStatementTimeout,
  isStatementWrong,
  isTableMissing,
  serverError,
  serverMessage,
  unknownLoginMethod,
} from './server-errors.js';
import { isInterrupted } from './session-errors.js';

/**
 * A Galera node did not show in time that it knows what the others have committed. What it would have answered may be
 * stale, so there is no answer.
 */
export class CausalWaitError extends UnavailableError {
  constructor(node: string, cause: unknown) {
    super(`${node} did not catch up with the cluster in time: ${serverMessage(cause)}`, {
      word: 'causal_timeout',
      hint: 'The node lags, is busy with a backup, or is losing the others. Name another one first in --host.',
      cause,
    });
  }
}

/**
 * The failure of a statement as the operator should hear of it. Whatever a server or the way to it can report means that
 * the database cannot answer. The rest is returned untouched: it is a bug of ours, and must look like one.
 */
export function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof SfOpsError) return error;
  if (isInterrupted(error)) return interruption(signal);
  const reason = serverMessage(error);
  const because = { cause: error };
  if (isDeadlinePassed(error)) return deadlinePassed(error);
  if (isTableMissing(error)) {
    return new UnavailableError(`A table of Shaken Fist is missing: ${reason}`, {
      ...because,
      word: 'schema_missing',
      hint: 'Is --database the one of Shaken Fist? `sf-ops doctor` lists what is missing.',
    });
  }
  if (isColumnMissing(error)) {
    return new UnavailableError(`A column of Shaken Fist is missing: ${reason}`, {
      ...because,
      word: 'schema_unexpected',
      hint: '`sf-ops doctor` says in what this schema differs.',
    });
  }
  if (isCollationMix(error)) {
    return new UnavailableError(`Columns that have to be compared cannot be: ${reason}`, {
      ...because,
      word: 'schema_unexpected',
      hint: '`sf-ops doctor` names the columns whose collations differ.',
    });
  }
  if (isDatabaseMissing(error)) {
    return new UnavailableError(`The database does not exist: ${reason}`, {
      ...because,
      word: 'unknown_database',
    });
  }
  if (isPrivilegeMissing(error)) {
    return new UnavailableError(`This account lacks a privilege: ${reason}`, {
      ...because,
      word: 'privilege_missing',
    });
  }
  if (isAccessDenied(error)) {
    return new UnavailableError(`The server refuses this account: ${reason}`, {
      ...because,
      word: 'access_denied',
    });
  }
  if (isServerFull(error)) {
    return new UnavailableError(`The server takes no more connections: ${reason}`, {
      ...because,
      word: 'too_many_connections',
      hint: 'Try again in a moment, or name another server in --host.',
    });
  }
  if (isNotPrimary(error)) {
    return new UnavailableError(`The node left the Primary Component: ${reason}`, {
      ...because,
      word: 'not_primary',
    });
  }
  if (isServerReadOnly(error)) {
    return new UnavailableError(`This server takes no writes: ${reason}`, {
      ...because,
      word: 'read_only',
      hint: 'It is most likely a replica. Name the server that takes writes first in --host.',
    });
  }
  if (isStatementKilled(error)) {
    return new UnavailableError(`An administrator, or the cluster, ended the statement: ${reason}`, {
      ...because,
      word: 'killed',
    });
  }
  if (isStatementTimeout(error)) {
    return new UnavailableError(`The database took too long: ${reason}`, {
      ...because,
      word: 'statement_timeout',
    });
  }
  if (isLockWaitTimeout(error)) {
    return new UnavailableError(`Somebody else has held a table or a row for too long: ${reason}`, {
      ...because,
      word: 'wait_timeout',
    });
  }
  if (isConnectionLost(error)) {
    return new UnavailableError(`The database does not answer: ${reason}`, {
      ...because,
      word: 'unreachable',
    });
  }
  if (isOfServer(error) && !isStatementWrong(error)) {
    return new UnavailableError(`The server reports error ${serverError(error)!.errno}: ${reason}`, {
      ...because,
      word: 'server_error',
    });
  }
  return error;
}

export function deadlinePassed(cause: unknown): DeadlineError {
  return new DeadlineError('--timeout passed while the database was being asked.', {
    hint: 'Give it longer.',
    cause,
  });
}

/** Like `failureOf`, for what went wrong before the first question: of a server nothing is a bug of ours then. */
export function connectionFailure(error: unknown, signal: AbortSignal): unknown {
  const method = unknownLoginMethod(error);
  if (method !== null) {
    return new UnavailableError(`The account logs in with ${method}, which sf-ops does not have.`, {
      word: 'access_denied',
      hint: 'Use an account that logs in with ed25519 or mysql_native_password.',
      cause: error,
    });
  }
  const failure = failureOf(error, signal);
  if (failure instanceof SfOpsError || serverError(failure) === null) return failure;
  return new UnavailableError(`The server does not let us in: ${serverMessage(error)}`, {
    word: 'unreachable',
    cause: error,
  });
}

/** @param sentence what was, or was not, written */
export function interruption(
  signal: AbortSignal,
  sentence = 'Interrupted. Nothing was written.',
): InterruptedError {
  return new InterruptedError(signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT', sentence);
}
