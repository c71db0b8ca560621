import { sql } from 'drizzle-orm';
import { ConflictError, UnavailableError } from '../core/errors.js';
import type { Database } from './database.js';
import { failureOf, interruption } from './failure.js';
import {
  isCommitFailed,
  isConnectionLost,
  isDeadlock,
  isDuplicateKey,
  isLockWaitTimeout,
  isNotPrimary,
  isSnapshotConflict,
  serverMessage,
} from './server-errors.js';
import type { Session } from './session.js';

/** A unit of work that is written whole or not at all. */
export interface Transaction<T> {
  /** What is being written, for sentences: `operation 7f3c…`. */
  subject: string;
  /** Everything between BEGIN and COMMIT. Runs again from the start on a retry, so it must not keep state outside. */
  work: (session: Session) => Promise<T>;
  /**
   * Whether `result` is in the database, found by a key that only this transaction writes. Asked when the connection
   * was lost after COMMIT was sent, because then only the database knows.
   */
  isCommitted: (session: Session, result: T) => Promise<boolean>;
  /** The command that tells the outcome later, should the database not answer now. */
  inquiry: string;
}

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** COMMIT was sent and no answer came. */
class UnknownOutcome<T> extends Error {
  constructor(
    readonly result: T,
    cause: unknown,
  ) {
    super('the outcome of COMMIT is not known', { cause });
  }
}

/**
 * Runs a transaction until it is committed, refused, or cannot be decided.
 *
 * - Conflicts (1213, 1020), and lock waits (1205) that did not outlast the deadline: rolled back and run again, a bounded number of
 *   times, with jitter.
 * - Connection lost, or the node left the Primary Component, before COMMIT was sent: nothing was written; run again on
 *   another server.
 * - The same after COMMIT was sent: the outcome is looked up. Committed is success; absent is run again, which is safe
 *   because a transaction writes keys of its own that cannot be written twice.
 *
 * @throws ConflictError when the retries run out, nothing was written
 * @throws UnavailableError when no server can answer; with word `outcome_unknown` when COMMIT was sent and its outcome
 *   could not be learned
 */
export async function runTransaction<T>(database: Database, transaction: Transaction<T>): Promise<T> {
  let unsettled: UnknownOutcome<T> | null = null;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (unsettled !== null) {
        const settled: UnknownOutcome<T> = unsettled;
        if (await settle(database, transaction, settled)) return settled.result;
        unsettled = null;
      }
      return await attemptOnce(database, transaction);
    } catch (error) {
      if (error instanceof UnknownOutcome) unsettled = error as UnknownOutcome<T>;
      const given = error instanceof UnknownOutcome ? error.cause : error;
      if (isConnectionLost(given) || isNotPrimary(given) || isCommitFailed(given)) await database.drop();
      const exhausted = attempt >= ATTEMPTS || database.options.deadline.remaining() === 0;
      if (unsettled === null && !(isTransient(given) && !exhausted))
        throw giveUp(database, transaction, given);
      if (unsettled !== null && exhausted) throw unknown(transaction, given);
      if (unsettled === null && database.options.signal.aborted) throw interruption(database.options.signal);
      await pause(attempt);
    }
  }
}

async function attemptOnce<T>(database: Database, transaction: Transaction<T>): Promise<T> {
  const session = await database.session();
  await session.db.execute(sql`START TRANSACTION`);
  let result: T;
  try {
    result = await transaction.work(session);
  } catch (error) {
    await rollBack(session);
    throw error;
  }
  await session.uninterrupted(async () => commit(session, result));
  return result;
}

async function commit<T>(session: Session, result: T): Promise<void> {
  try {
    await session.db.execute(sql`COMMIT`);
  } catch (error) {
    // 1213 at COMMIT is a failed certification: the server says that it rolled back.
    if (isDeadlock(error)) throw error;
    throw new UnknownOutcome(result, error);
  }
}

/** After an error the session is only kept if the server confirms that nothing is open on it. */
async function rollBack(session: Session): Promise<void> {
  if (session.broken) return;
  try {
    await session.uninterrupted(async () => session.db.execute(sql`ROLLBACK`));
  } catch {
    session.destroy();
  }
}

async function settle<T>(
  database: Database,
  transaction: Transaction<T>,
  outcome: UnknownOutcome<T>,
): Promise<boolean> {
  const session = await database.session();
  return session.uninterrupted(async () => transaction.isCommitted(session, outcome.result));
}

function isTransient(error: unknown): boolean {
  return (
    isDeadlock(error) ||
    isSnapshotConflict(error) ||
    isLockWaitTimeout(error) ||
    isConnectionLost(error) ||
    isNotPrimary(error) ||
    isDuplicateKey(error)
  );
}

function giveUp<T>(database: Database, transaction: Transaction<T>, error: unknown): unknown {
  const { signal } = database.options;
  if (isDeadlock(error) || isSnapshotConflict(error) || isLockWaitTimeout(error)) {
    return new ConflictError(
      `Others kept changing the same rows: ${transaction.subject} was not written. ${serverMessage(error)}`,
      {
        hint: 'Nothing was changed; it is safe to run the same command again.',
        cause: error,
      },
    );
  }
  return failureOf(error, signal);
}

function unknown<T>(transaction: Transaction<T>, cause: unknown): UnavailableError {
  return new UnavailableError(
    `COMMIT was sent, the connection was lost, and no server could say whether ${transaction.subject} was written.`,
    { word: 'outcome_unknown', hint: `Ask again when the database answers: ${transaction.inquiry}`, cause },
  );
}

async function pause(attempt: number): Promise<void> {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, ceiling * (0.5 + Math.random() / 2)));
}
