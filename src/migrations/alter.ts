import { sql } from 'drizzle-orm';
import {
  ConflictError,
  DeadlineError,
  InterruptedError,
  RefusedError,
  UnavailableError,
  type SfOpsError,
} from '../core/errors.js';
import { Database } from '../database/database.js';
import { failureOf, interruption } from '../database/failure.js';
import type { Lease } from '../database/lease.js';
import { deadlineIn, type Deadline } from '../database/limits.js';
import {
  isAlgorithmRefused,
  isAlterLogFull,
  isConnectionLost,
  isDeadlock,
  isDuplicateKey,
  isLockWaitTimeout,
  isNotPrimary,
  isPrivilegeMissing,
  serverError,
  serverMessage,
} from '../database/server-errors.js';
import { isInterrupted, isNoAnswer, isNotSent } from '../database/session-errors.js';
import type { Session } from '../database/session.js';
import { abortsSince, countAborts } from './aborted-transactions.js';
import { alterSql, expectedLock, type AlterTerms, type Alteration, type Phase } from './alteration.js';
import type { Servers } from './servers.js';
import type { Interaction } from './interaction.js';
import {
  describeTransaction,
  isOver,
  openTransactions,
  pause,
  untilNoneOpen,
  type OpenTransaction,
} from './open-transactions.js';

/** What a schema change may use while it runs. */
export interface Alterer {
  servers: Servers;
  lease: Pick<Lease, 'ensureHeld' | 'lost'>;
  interaction: Interaction;
  /** How long to wait for a quiet moment (`--max-wait`). */
  waitDeadline: Deadline;
  /** What this run has changed so far; whoever tells of a failure tells of it too. */
  done: AlterationReport[];
}

/** What a schema change took, for the report. */
export interface AlterationReport {
  phase: Phase;
  sql: string;
  algorithm: AlterTerms['algorithm'];
  lock: AlterTerms['lock'];
  /** How often the statement was sent. */
  attempts: number;
  waited_seconds: number;
  /** Galera only: how many transactions the nodes aborted in that moment, at most. Null on a standalone server. */
  killed_transactions: number | null;
}

type Attempt = 'done' | 'busy' | 'not allowed';

/** A change of nothing but the table's description takes milliseconds: after so long the server does not work. */
const INSTANT_SECONDS = 60;
/** An index build may take long; it is the one statement whose length depends on the table's size. */
const LONGEST_ALTER_SECONDS = 6 * 3600;
/** After a signal, or when the lease is lost, what was sent is waited for no longer. */
const GRACE_SECONDS = 5;
/** For learning whether a statement without an answer took effect. */
const LOOK_SECONDS = 10;

/**
 * Runs one ALTER TABLE without making anybody wait behind it (standalone) or at a moment without open transactions
 * (Galera), and climbs to heavier terms only with consent.
 *
 * @param hasHappened looked up when the statement fails or the connection is lost, because then only the table knows
 * @throws ConflictError when there was no quiet moment in time; the statement did not take effect
 * @throws UnavailableError, InterruptedError with word `outcome_unknown` when it was sent and no answer came
 */
export async function runAlteration(
  alterer: Alterer,
  alteration: Alteration,
  hasHappened: (session: Session) => Promise<boolean>,
): Promise<AlterationReport> {
  const { servers, interaction } = alterer;
  const before = performance.now();
  let attempts = 0;
  for (const [rung, terms] of alteration.ladder.entries()) {
    const statement = alterSql(alteration, terms, servers.isGalera);
    if (rung > 0) {
      await interaction.confirm(
        `The server cannot do it more lightly. It would take ${expectedLock(terms, servers.isGalera)}. Go ahead?`,
      );
    }
    const abortsBefore = await countAborts(servers);
    for (let outcome: Attempt = 'busy'; outcome !== 'not allowed';) {
      await untilNobodyUsesIt(alterer, alteration, attempts);
      await alterer.lease.ensureHeld();
      attempts += 1;
      outcome = await attempt(alterer, { phase: alteration.phase, statement, terms, hasHappened });
      if (outcome !== 'done') continue;
      const report = {
        phase: alteration.phase,
        sql: statement,
        algorithm: terms.algorithm,
        lock: terms.lock,
        attempts,
        waited_seconds: Number(((performance.now() - before) / 1000).toFixed(3)),
        killed_transactions: await abortsSince(servers, abortsBefore),
      };
      alterer.done.push(report);
      tell(interaction, report);
      return report;
    }
    interaction.warn(`The server refuses ALGORITHM=${terms.algorithm}, LOCK=${terms.lock} for this table.`);
  }
  throw new RefusedError(`The server allows no way to run: ${alteration.statement}`, {
    word: 'alter_refused',
  });
}

interface SentStatement {
  phase: Phase;
  statement: string;
  terms: AlterTerms;
  hasHappened: (session: Session) => Promise<boolean>;
}

async function attempt(alterer: Alterer, sent: SentStatement): Promise<Attempt> {
  const { database } = alterer.servers;
  const sending = new SendingDatabase(alterer, sent.terms);
  try {
    const session = await sending.database.session();
    await session.db.execute(sql.raw(sent.statement)).catch((error: unknown) => {
      throw new NotDone(error);
    });
    return 'done';
  } catch (failed) {
    if (!(failed instanceof NotDone)) throw failed;
    const error = failed.cause;
    if (isLockWaitTimeout(error) || isDeadlock(error)) return 'busy';
    if (isAlgorithmRefused(error)) return 'not allowed';
    if (isNotSent(error)) throw failureOf(error, database.options.signal);
    const isUnanswered = isConnectionLost(error) || isInterrupted(error);
    if (isUnanswered || isNotPrimary(error)) await database.drop();
    // Also where the server refuses because Shaken Fist itself has done the same in this very moment.
    const happened = await lookWhether(alterer, sent);
    if (happened === true) return 'done';
    // A server that froze may thaw, and do it then; a connection that broke took the statement with it, or left it done.
    const isOpen = isNoAnswer(error) || isInterrupted(error) || (isUnanswered && happened === null);
    if (isOpen) throw outcomeUnknown(alterer, sent, error);
    if (isUnanswered || isNotPrimary(error)) return 'busy';
    throw refusal(sent, error, database.options.signal);
  } finally {
    await sending.close();
  }
}

/** The statement was sent, and its answer is an error or none. */
class NotDone extends Error {
  constructor(override readonly cause: unknown) {
    super('not done');
  }
}

/** The database for one statement: it may run for long, and is given up when nobody will hear its answer any more. */
class SendingDatabase {
  readonly database: Database;
  readonly #stop = new AbortController();
  readonly #over = new AbortController();

  constructor({ servers: { database }, lease }: Alterer, { algorithm }: AlterTerms) {
    const { settings, options } = database;
    const statementSeconds = algorithm === 'INSTANT' ? INSTANT_SECONDS : LONGEST_ALTER_SECONDS;
    this.database = new Database(settings, {
      ...options,
      signal: this.#stop.signal,
      limits: { ...options.limits, statementSeconds },
    });
    this.#stopAfter(lease.lost, 0);
    // What is sent is waited for a moment longer: its outcome is worth knowing.
    this.#stopAfter(options.signal, GRACE_SECONDS);
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.database.close();
  }

  #stopAfter(signal: AbortSignal, seconds: number): void {
    const stop = (): void => {
      const timer = setTimeout(() => this.#stop.abort(signal.reason), seconds * 1000);
      this.#over.signal.addEventListener('abort', () => clearTimeout(timer));
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true, signal: this.#over.signal });
  }
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

/** Standalone: a pause between two attempts. Galera: until no transaction is open on any node. */
async function untilNobodyUsesIt(alterer: Alterer, { phase }: Alteration, attempts: number): Promise<void> {
  const { servers, interaction, waitDeadline } = alterer;
  const { signal, deadline } = servers.database.options;
  if (signal.aborted) throw interruption(signal, `Interrupted while waiting for a quiet moment to ${phase}.`);
  if (attempts === 0 && isOver(deadline)) {
    // What is sent must have time to be answered: without an answer nobody knows what became of it.
    throw new DeadlineError(`--timeout leaves no time to ${phase}. The statement was not sent.`, {
      hint: 'Running the same command again is safe.',
    });
  }
  if (attempts > 0 && waitDeadline.remaining() === 0) throw waitedTooLong(await whoIsBusy(servers), deadline);
  if (attempts === 1) {
    const busy = await whoIsBusy(servers);
    interaction.note(`The table is in use${listed(busy)}; trying again until nobody is.`);
  }
  if (attempts > 0) await pause(attempts, waitDeadline);
  if (!servers.isGalera) return;
  const open = await lookUntilNoneOpen(alterer);
  if (open.length > 0) throw waitedTooLong(open, deadline);
}

async function lookUntilNoneOpen({
  servers,
  interaction,
  waitDeadline,
}: Alterer): Promise<OpenTransaction[]> {
  try {
    return await untilNoneOpen(servers, waitDeadline, servers.database.options.signal);
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    interaction.warn(
      'Without the PROCESS privilege nobody can see what is open: transactions on the table will be aborted.',
    );
    return [];
  }
}

async function whoIsBusy(servers: Servers): Promise<OpenTransaction[]> {
  try {
    return (await Promise.all(servers.nodes.map(openTransactions))).flat();
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    return [];
  }
}

function waitedTooLong(busy: OpenTransaction[], deadline: Deadline): Error {
  const sentence = `No quiet moment came in time${listed(busy)}. The statement did not take effect.`;
  const hint = 'Running the same command again is safe. --max-wait gives it longer.';
  if (isOver(deadline)) return new DeadlineError(sentence, { hint });
  return new ConflictError(sentence, { word: 'no_quiet_moment', hint });
}

function listed(busy: OpenTransaction[]): string {
  if (busy.length === 0) return '';
  const more = busy.length > 3 ? `; and ${busy.length - 3} more` : '';
  return ` (${busy.slice(0, 3).map(describeTransaction).join('; ')}${more})`;
}

function tell(interaction: Interaction, report: AlterationReport): void {
  const { phase, attempts, waited_seconds: seconds, algorithm, killed_transactions: killed } = report;
  const atMost = killed === 0 ? '' : 'at most ';
  const aborts =
    killed === null ? '' : `, ${atMost}${killed} ${killed === 1 ? 'transaction' : 'transactions'} aborted`;
  interaction.note(
    `${phase}: done with ALGORITHM=${algorithm} at attempt ${attempts} after ${seconds} s${aborts}.`,
  );
}
