import {
  ConflictError,
  InterruptedError,
  RefusedError,
  UnavailableError,
  type SfOpsError,
} from '../core/errors.js';
import { Database } from '../database/database.js';
import { failureOf } from '../database/failure.js';
import { deadlineIn } from '../database/limits.js';
import {
  isAlgorithmRefused,
  isAlterLogFull,
  isConnectionLost,
  isDeadlock,
  isDuplicateKey,
  isLockWaitTimeout,
  isNotPrimary,
  serverError,
  serverMessage,
} from '../database/server-errors.js';
import { isInterrupted, isNoAnswer, isNotSent } from '../database/session-errors.js';
import type { Session } from '../database/session.js';
import type { AlterTerms, Phase } from './alteration.js';
import type { Alterer } from './alterer.js';

/** What became of a statement that was sent once. */
export type Attempt = 'done' | 'busy' | 'not allowed';

export interface SentStatement {
  phase: Phase;
  statement: string;
  terms: AlterTerms;
  hasHappened: (session: Session) => Promise<boolean>;
}

/** For learning whether a statement without an answer took effect. */
const LOOK_SECONDS = 10;

/**
 * What became of a statement whose answer is an error, or that got none.
 *
 * @throws UnavailableError, InterruptedError with word `outcome_unknown` when nobody can say
 * @throws RefusedError, ConflictError, or whatever the error means, when it did not take effect and will not
 */
export async function afterError(alterer: Alterer, sent: SentStatement, error: unknown): Promise<Attempt> {
  const { database } = alterer.servers;
  const { signal } = database.options;
  if (isLockWaitTimeout(error) || isDeadlock(error)) return 'busy';
  if (isAlgorithmRefused(error)) return 'not allowed';
  if (isNotSent(error)) throw failureOf(error, signal);
  const isUnanswered = isConnectionLost(error) || isInterrupted(error);
  const isServerLost = isUnanswered || isNotPrimary(error);
  if (isServerLost) await database.drop();
  // Also where the server refuses because Shaken Fist itself has done the same in this very moment.
  const happened = await lookWhether(alterer, sent);
  if (happened === true) return 'done';
  // A server that froze may thaw, and do it then; a connection that broke took the statement with it, or left it done.
  const isOpen = isNoAnswer(error) || isInterrupted(error) || (isUnanswered && happened === null);
  if (isOpen) throw outcomeUnknown(alterer, sent, error);
  if (isServerLost) return 'busy';
  throw refusal(sent, error, signal);
}

/** Whether the statement took effect; null where no server says so within a moment. */
async function lookWhether(alterer: Alterer, sent: SentStatement): Promise<boolean | null> {
  const { settings, options } = alterer.servers.database;
  const looking = new Database(settings, {
    ...options,
    signal: new AbortController().signal,
    deadline: deadlineIn(LOOK_SECONDS),
  });
  try {
    return await looking.read(sent.hasHappened);
  } catch (error) {
    if (error instanceof UnavailableError) return null;
    throw error;
  } finally {
    await looking.close();
  }
}

/** It was sent, and nobody can say whether it takes effect: the server may be frozen, and thaw. */
function outcomeUnknown(alterer: Alterer, { phase, statement }: SentStatement, cause: unknown): SfOpsError {
  const { signal } = alterer.servers.database.options;
  const details = {
    word: 'outcome_unknown',
    hint: 'It may still take effect. sf-ops migrate status tells; running the same command again continues from there.',
    cause,
  };
  const what = `${phase}: the statement was sent and no answer came (${statement}).`;
  const { lost } = alterer.lease;
  const why = serverMessage(lost.aborted ? lost.reason : cause);
  if (!signal.aborted) return new UnavailableError(`${what} ${why}.`, details);
  const name = signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
  return new InterruptedError(name, `Interrupted. ${what}`, details);
}

function refusal({ phase }: SentStatement, error: unknown, signal: AbortSignal): unknown {
  const because = { cause: error };
  if (isDuplicateKey(error)) {
    return new RefusedError(`The unique key cannot be added: ${serverMessage(error)}`, {
      ...because,
      word: 'duplicates',
    });
  }
  if (isAlterLogFull(error)) {
    return new ConflictError(
      'The table was written to faster than its keys could be built, and the log of what was written meanwhile is full. The statement did not take effect.',
      {
        ...because,
        word: 'alter_log_full',
        hint: 'Raise it for a while (SET GLOBAL innodb_online_alter_log_max_size = 4 * @@innodb_online_alter_log_max_size), or run this when fewer operations are enqueued.',
      },
    );
  }
  const failure = failureOf(error, signal);
  if (failure !== error || serverError(error) === null) return failure;
  return new RefusedError(`${phase}: the server refuses the statement: ${serverMessage(error)}`, {
    ...because,
    word: 'alter_refused',
  });
}
