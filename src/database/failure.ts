import { InterruptedError, SfOpsError, UnavailableError } from '../core/errors.js';
import {
  isAccessDenied,
  isConnectionLost,
  isDatabaseMissing,
  isLockWaitTimeout,
  isNotPrimary,
  isPrivilegeMissing,
  isStatementTimeout,
  isTableMissing,
  serverMessage,
} from './server-errors.js';
import { StatementInterruptedError } from './session.js';

/**
 * The failure of a statement as the operator should hear of it. What is not recognised is returned untouched: it is a
 * bug of ours, and must look like one.
 */
export function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof SfOpsError) return error;
  if (error instanceof StatementInterruptedError) return interruption(signal);
  const reason = serverMessage(error);
  const because = { cause: error };
  if (isTableMissing(error)) {
    return new UnavailableError(`A table of Shaken Fist is missing: ${reason}`, {
      ...because,
      word: 'schema_missing',
      hint: 'Is --database the one of Shaken Fist? `sf-ops doctor` lists what is missing.',
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
  if (isNotPrimary(error)) {
    return new UnavailableError(`The node left the Primary Component: ${reason}`, {
      ...because,
      word: 'not_primary',
    });
  }
  if (isStatementTimeout(error)) {
    return new UnavailableError(`The database took too long: ${reason}`, {
      ...because,
      word: 'statement_timeout',
    });
  }
  if (isLockWaitTimeout(error)) {
    return new UnavailableError(
      `The database kept us waiting too long (a lock, or a causal read): ${reason}`,
      {
        ...because,
        word: 'wait_timeout',
      },
    );
  }
  if (isConnectionLost(error)) {
    return new UnavailableError(`The database does not answer: ${reason}`, {
      ...because,
      word: 'unreachable',
    });
  }
  return error;
}

/** @param sentence what was, or was not, written */
export function interruption(
  signal: AbortSignal,
  sentence = 'Interrupted. Nothing was written.',
): InterruptedError {
  return new InterruptedError(signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT', sentence);
}
