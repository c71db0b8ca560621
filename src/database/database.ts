import { sql, type SQL } from 'drizzle-orm';
import type { ConnectionSettings } from '../configuration/connection-settings.js';
import { describeDatabase, type DatabaseDescription } from './description.js';
import { CausalWaitError, failureOf } from './failure.js';
import { earlier, type Deadline, deadlineIn } from './limits.js';
import { NoServerError, openSession, type OpenedSession } from './open-session.js';
import { Patience } from './patience.js';
import { isLockWaitTimeout, isPassing, isServerLost } from './server-errors.js';
import type { ServerIdentity } from './server-identity.js';
import { isNoAnswer } from './session-errors.js';
import type { Session, SessionOptions } from './session.js';
import { runTransaction, type Transaction } from './transaction.js';

/** Which server answered, and whether it had seen every commit that was acknowledged before the question. */
export interface ReadConsistency {
  node: string;
  causal: boolean;
}

/**
 * Shaken Fist's database: one connection at a time, to the first fit server, replaced when it breaks.
 * Everything that this program reads or writes goes through `read` and `write`.
 */
export class Database {
  /** The addresses in the order in which they are tried: one that failed goes last. */
  #settings: ConnectionSettings;
  #current: OpenedSession | null = null;
  #wasReached = false;
  #description: Promise<DatabaseDescription> | null = null;
  #statements = 0;

  constructor(
    readonly settings: ConnectionSettings,
    readonly options: SessionOptions,
  ) {
    this.#settings = settings;
  }

  /**
   * Asks a question. A read changes nothing, so it is put again, to another server if need be, when the connection is
   * lost, the node cannot catch up with the cluster, or Galera kills the read to let a schema change through.
   *
   * @throws UnavailableError when no server can answer
   */
  async read<T>(question: (session: Session) => Promise<T>): Promise<T> {
    return this.#persistently(async () => {
      const { galera } = await this.identity();
      // Every SELECT of the question waits as well; this one only bounds how long a node may lag.
      return question(galera === null ? await this.session() : await this.begin(sql`SELECT 1`));
    });
  }

  /** Like `read`, with every statement of the question seeing the same moment. */
  async snapshot<T>(question: (session: Session) => Promise<T>): Promise<T> {
    return this.#persistently(async () => {
      const session = await this.begin(sql`START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY`);
      try {
        return await question(session);
      } finally {
        if (!session.broken) await session.db.execute(sql`COMMIT`);
      }
    });
  }

  /** Writes all or nothing, once; see `transaction.ts` for what is retried and how an unknown outcome is settled. */
  async write<T>(transaction: Transaction<T>): Promise<T> {
    return runTransaction(this, transaction);
  }

  /** What this database looks like: asked once, believed for the life of the command. */
  async describe(): Promise<DatabaseDescription> {
    this.#description ??= this.read(async (session) => describeDatabase(session));
    try {
      return await this.#description;
    } catch (error) {
      this.#description = null;
      throw error;
    }
  }

  /** The live connection, opened if there is none. Outside `read` and `write` its errors are the caller's to handle. */
  async session(): Promise<Session> {
    if (this.#current?.session.broken) await this.drop();
    this.#current ??= await openSession(this.#settings, this.options);
    this.#wasReached = true;
    return this.#current.session;
  }

  /**
   * Runs the statement that opens a question or a transaction. On Galera it is the one that waits until the node has
   * applied what was committed anywhere before; the snapshot of a transaction is taken after that wait, and statements
   * inside the transaction wait no more (measured on 10.11 and 11.8).
   */
  async begin(opening: SQL): Promise<Session> {
    const session = await this.session();
    const { node, galera } = this.#current!.identity;
    try {
      await session.within(this.options.limits.causalSeconds, async () => session.db.execute(opening));
      return session;
    } catch (error) {
      const isLate = isLockWaitTimeout(error) || isNoAnswer(error);
      throw galera !== null && isLate ? new CausalWaitError(node, error) : error;
    }
  }

  /** Who is answering. */
  async identity(): Promise<ServerIdentity> {
    await this.session();
    return this.#current!.identity;
  }

  async readConsistency(): Promise<ReadConsistency> {
    const { node, galera, readOnly } = await this.identity();
    return { node, causal: galera !== null || !readOnly };
  }

  /** Statements sent on all connections so far. */
  get statements(): number {
    return this.#statements + (this.#current?.session.statements ?? 0);
  }

  /**
   * Whether to try again after this error, given that there is time. A database that was never reached is not waited
   * for: most likely the address is wrong, or everything is down.
   */
  mayPass(error: unknown): boolean {
    return this.#wasReached && (isPassing(error) || error instanceof NoServerError);
  }

  /** Leaves a server that failed, and tries it last from now on. */
  async leaveIfLost(error: unknown): Promise<void> {
    if (!isServerLost(error) && !(error instanceof CausalWaitError)) return;
    const failed = this.#current?.session.address;
    const { addresses } = this.#settings;
    if (failed !== undefined) {
      const others = addresses.filter((address) => address !== failed);
      this.#settings = { ...this.#settings, addresses: [...others, failed] };
    }
    await this.drop();
  }

  /**
   * The same database for work that no signal may end, but a deadline of its own must. The caller closes it.
   */
  sheltered(deadline: Deadline): Database {
    const options = {
      ...this.options,
      signal: new AbortController().signal,
      deadline: earlier(deadline, this.options.deadline),
    };
    const sheltered = new Database(this.#settings, options);
    sheltered.#wasReached = this.#wasReached;
    return sheltered;
  }

  /** Gives up the current connection; the next use opens another. */
  async drop(): Promise<void> {
    const dropped = this.#current;
    this.#current = null;
    if (dropped === null) return;
    this.#statements += dropped.session.statements;
    dropped.session.close();
  }

  async close(): Promise<void> {
    await this.drop();
  }

  async #persistently<T>(ask: () => Promise<T>): Promise<T> {
    const { limits, deadline, signal } = this.options;
    const patience = new Patience(earlier(deadlineIn(limits.retrySeconds), deadline));
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        await this.leaveIfLost(error);
        if (!this.mayPass(error) || patience.exhausted || signal.aborted) throw failureOf(error, signal);
        await patience.pause(signal);
      }
    }
  }
}
