import { sql } from 'drizzle-orm';
import { ConflictError, DeadlineError, UnavailableError } from '../core/errors.js';
import { Backoff } from './backoff.js';
import type { Connector } from './connector.js';
import { interruption } from './failure.js';
import { deadlineIn, earlier, type Deadline } from './limits.js';
import {
  isDeadlock,
  isDuplicateKey,
  isLockWaitTimeout,
  isSnapshotConflict,
  serverMessage,
} from './server-errors.js';
import { isNotSent, NoTimeError, StatementInterruptedError } from './session-errors.js';
import type { Session } from './session.js';

/** A unit of work that is written whole or not at all. */
export interface Transaction<T> {
  /** What is being written, for sentences: `operation 7f3c…`. */
  subject: string;
  /** Everything between BEGIN and COMMIT. Runs again from the start on a retry, so it must not keep state outside. */
  work: (session: Session) => Promise<T>;
  /**
   * Whether `result` is in the database, found by a key that only this transaction writes. Asked when COMMIT was sent
   * and its answer did not come, because then only the database knows.
   */
  isCommitted: (session: Session, result: T) => Promise<boolean>;
  /** The command that tells the outcome later, should the database not answer now. */
  inquiry: string | ((result: T) => string);
}

/** How often a key that exists already sends us back to look: once is a race that was lost, more is not. */
const DUPLICATE_ATTEMPTS = 3;
/** Of what is left of `--timeout`, kept for looking up the outcome of a COMMIT that is not answered. */
const SHARE_FOR_SETTLING = 0.25;

const SECONDS_FOR_COMMIT = 0.1;

/** COMMIT was sent and no answer came, or one that does not decide. */
class UnknownOutcome<T> extends Error {
  constructor(
    readonly result: T,
    readonly settleBy: Deadline,
    cause: unknown,
  ) {
    super('the outcome of COMMIT is not known', { cause });
  }
}

/**
 * Runs a transaction until it is committed, refused, or cannot be decided.
 *
 * - Conflicts (1213, 1020) and lock waits (1205): rolled back and run again for `retrySeconds`, with jitter.
 * - Server lost, outside the Primary Component (1047), or too far behind before COMMIT was sent: nothing was written;
 *   run again on another server, as long.
 * - A key that exists (1062): run again, to see who wrote it.
 * - After COMMIT was sent only 1213 is a no. Everything else is settled, see `settle`.
 *
 * A signal before COMMIT is sent ends it with nothing written; after that, the outcome is learned first.
 *
 * @throws ConflictError when the time for retries is over, nothing was written
 * @throws UnavailableError when no server can answer; with word `outcome_unknown` when COMMIT was sent and its outcome
 *   could not be learned
 */
export async function runTransaction<T>(connector: Connector, transaction: Transaction<T>): Promise<T> {
  const { limits, deadline, signal } = connector.options;
  const backoff = new Backoff(earlier(deadlineIn(limits.retrySeconds), deadline));
  for (let duplicates = 0; ;) {
    try {
      return await attempt(connector, transaction);
    } catch (error) {
      if (error instanceof UnknownOutcome) return settle(connector, transaction, error as UnknownOutcome<T>);
      connector.failOver(error);
      if (signal.aborted) throw interruption(signal);
      const isWorthALook = isDuplicateKey(error) && (duplicates += 1) < DUPLICATE_ATTEMPTS;
      if (backoff.exhausted || !(isWorthALook || connector.isRetryable(error))) {
        throw notWritten(connector, transaction, error);
      }
      await backoff.pause(connector.ending);
    }
  }
}

async function attempt<T>(connector: Connector, transaction: Transaction<T>): Promise<T> {
  const session = await connector.beginTransaction('START TRANSACTION');
  let result: T;
  try {
    result = await transaction.work(session);
    if (connector.options.signal.aborted) throw new StatementInterruptedError();
    // A COMMIT that nobody waits for would leave its outcome unknown.
    if (connector.options.deadline.remaining() < SECONDS_FOR_COMMIT) throw new NoTimeError(true);
  } catch (error) {
    await rollBack(session, connector.options.limits.connectSeconds);
    throw error;
  }
  await commit(connector, session, result);
  return result;
}

async function commit<T>({ options }: Connector, session: Session, result: T): Promise<void> {
  const { limits, deadline } = options;
  const settleBy = earlier(deadlineIn(limits.settleSeconds), deadline);
  const seconds = Math.min(limits.commitSeconds, settleBy.remaining() * (1 - SHARE_FOR_SETTLING));
  try {
    await session.uninterrupted(async () =>
      session.within(seconds, async () => session.endTransaction('COMMIT')),
    );
  } catch (error) {
    // At COMMIT a deadlock is a failed certification: the server says that it rolled back.
    if (isDeadlock(error) || isNotSent(error)) throw error;
    throw new UnknownOutcome(result, settleBy, error);
  }
}

/** After an error the session is only kept if the server confirms that nothing is open on it. */
async function rollBack(session: Session, seconds: number): Promise<void> {
  if (session.broken) return;
  try {
    await session.uninterrupted(async () =>
      session.within(seconds, async () => session.endTransaction('ROLLBACK')),
    );
  } catch {
    session.destroy();
  }
}

/**
 * Learns what became of a COMMIT, on whichever server can be asked. If it is there, it is done. If it is not, the COMMIT
 * may still be on its way, in a server that is frozen or behind a slow network; so "not done" cannot be reported. The
 * transaction runs again instead: it writes the same keys, of which the database takes only one, and whichever of the
 * two comes first, the next look finds it.
 */
async function settle<T>(
  connector: Connector,
  transaction: Transaction<T>,
  unknown: UnknownOutcome<T>,
): Promise<T> {
  connector.failOver(unknown.cause);
  connector.drop();
  const shelter = connector.sheltered({ deadline: earlier(unknown.settleBy, connector.options.deadline) });
  const backoff = new Backoff(shelter.options.deadline);
  const results = [unknown.result];
  try {
    for (;;) {
      try {
        for (const result of results) if (await isCommitted(shelter, transaction, result)) return result;
        return await attempt(shelter, transaction);
      } catch (error) {
        if (error instanceof UnknownOutcome) results.push((error as UnknownOutcome<T>).result);
        const given: unknown = error instanceof UnknownOutcome ? error.cause : error;
        shelter.failOver(given);
        const isWorthALook = isDuplicateKey(given) || error instanceof UnknownOutcome;
        if (backoff.exhausted || !(isWorthALook || shelter.isRetryable(given)))
          throw outcomeUnknown(transaction, unknown.result, given);
        await backoff.pause(shelter.ending);
      }
    }
  } finally {
    shelter.close();
  }
}

async function isCommitted<T>(shelter: Connector, transaction: Transaction<T>, result: T): Promise<boolean> {
  return transaction.isCommitted(await shelter.begin(sql`SELECT 1`), result);
}

/** Nothing was written: COMMIT was never sent, or was refused. */
function notWritten<T>(connector: Connector, { subject }: Transaction<T>, error: unknown): unknown {
  const isRivalry =
    isDeadlock(error) || isSnapshotConflict(error) || isLockWaitTimeout(error) || isDuplicateKey(error);
  const failure = connector.failureOf(error);
  if (isRivalry && !(error instanceof UnavailableError)) {
    const sentence = isLockWaitTimeout(error)
      ? 'Somebody else has held the same rows or the table for too long'
      : 'Others kept changing the same rows';
    return new ConflictError(`${sentence}: ${subject} was not written. ${serverMessage(error)}`, {
      hint: 'Nothing was changed; it is safe to run the same command again.',
      cause: error,
    });
  }
  if (!(failure instanceof UnavailableError || failure instanceof DeadlineError)) return failure;
  const { message, word, hint, cause } = failure;
  const Failure = failure instanceof DeadlineError ? DeadlineError : UnavailableError;
  return new Failure(`${message} Nothing was written: ${subject} is not there.`, {
    word,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

function outcomeUnknown<T>(
  { subject, inquiry }: Transaction<T>,
  result: T,
  cause: unknown,
): UnavailableError {
  const command = typeof inquiry === 'string' ? inquiry : inquiry(result);
  return new UnavailableError(
    `COMMIT was sent, no answer came, and no server could say in time whether ${subject} was written. ${serverMessage(cause)}`,
    { word: 'outcome_unknown', hint: `Ask again when the database answers: ${command}`, cause },
  );
}
