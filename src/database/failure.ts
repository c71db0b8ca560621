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

/** What a server, or the way to it, can report. An error is the first of these that it can be. */
const REPORTED: readonly {
  is: (error: unknown) => boolean;
  says: string;
  details: { word: string; hint?: string };
}[] = [
  {
    is: isTableMissing,
    says: 'A table of Shaken Fist is missing',
    details: {
      word: 'schema_missing',
      hint: 'Is --database the one of Shaken Fist? `sf-ops doctor` lists what is missing.',
    },
  },
  {
    is: isColumnMissing,
    says: 'A column of Shaken Fist is missing',
    details: { word: 'schema_unexpected', hint: '`sf-ops doctor` says in what this schema differs.' },
  },
  {
    is: isCollationMix,
    says: 'Columns that have to be compared cannot be',
    details: {
      word: 'schema_unexpected',
      hint: '`sf-ops doctor` names the columns whose collations differ.',
    },
  },
  { is: isDatabaseMissing, says: 'The database does not exist', details: { word: 'unknown_database' } },
  { is: isPrivilegeMissing, says: 'This account lacks a privilege', details: { word: 'privilege_missing' } },
  { is: isAccessDenied, says: 'The server refuses this account', details: { word: 'access_denied' } },
  {
    is: isServerFull,
    says: 'The server takes no more connections',
    details: {
      word: 'too_many_connections',
      hint: 'Try again in a moment, or name another server in --host.',
    },
  },
  { is: isNotPrimary, says: 'The node left the Primary Component', details: { word: 'not_primary' } },
  {
    is: isServerReadOnly,
    says: 'This server takes no writes',
    details: {
      word: 'read_only',
      hint: 'It is most likely a replica. Name the server that takes writes first in --host.',
    },
  },
  {
    is: isStatementKilled,
    says: 'An administrator, or the cluster, ended the statement',
    details: { word: 'killed' },
  },
  { is: isStatementTimeout, says: 'The database took too long', details: { word: 'statement_timeout' } },
  {
    is: isLockWaitTimeout,
    says: 'Somebody else has held a table or a row for too long',
    details: { word: 'wait_timeout' },
  },
  { is: isConnectionLost, says: 'The database does not answer', details: { word: 'unreachable' } },
];

/**
 * The failure of a statement as the operator should hear of it. Whatever a server or the way to it can report means that
 * the database cannot answer. The rest is returned untouched: it is a bug of ours, and must look like one.
 */
export function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof SfOpsError) return error;
  if (isInterrupted(error)) return interruption(signal);
  const reason = serverMessage(error);
  if (isDeadlinePassed(error)) return deadlinePassed(error);
  const reported = REPORTED.find(({ is }) => is(error));
  if (reported !== undefined)
    return new UnavailableError(`${reported.says}: ${reason}`, { ...reported.details, cause: error });
  if (isOfServer(error) && !isStatementWrong(error)) {
    return new UnavailableError(`The server reports error ${serverError(error)!.errno}: ${reason}`, {
      word: 'server_error',
      cause: error,
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
