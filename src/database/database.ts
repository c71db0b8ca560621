import { sql } from 'drizzle-orm';
import type { ConnectionSettings } from '../configuration/connection-settings.js';
import { describeDatabase, type DatabaseDescription } from './description.js';
import { failureOf } from './failure.js';
import { openSession, type OpenedSession } from './open-session.js';
import { isConnectionLost, isDeadlock, isNotPrimary } from './server-errors.js';
import type { ServerIdentity } from './server-identity.js';
import type { Session, SessionOptions } from './session.js';
import { runTransaction, type Transaction } from './transaction.js';

/** Which server answered, and whether it had seen every commit that was acknowledged before the question. */
export interface ReadConsistency {
  node: string;
  causal: boolean;
}

const READ_ATTEMPTS = 3;

/**
 * Shaken Fist's database: one connection at a time, to the first fit server, replaced when it breaks.
 * Everything that this program reads or writes goes through `read` and `write`.
 */
export class Database {
  #current: OpenedSession | null = null;
  #description: Promise<DatabaseDescription> | null = null;
  #statements = 0;

  constructor(
    readonly settings: ConnectionSettings,
    readonly options: SessionOptions,
  ) {}

  /**
   * Asks a question. A read changes nothing, so it is put again, to another server if need be, when the connection is
   * lost or Galera kills it to let a schema change through.
   *
   * @throws UnavailableError when no server can answer
   */
  async read<T>(question: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await question(await this.session());
      } catch (error) {
        await this.#forgetIfBroken(error);
        const transient = isConnectionLost(error) || isNotPrimary(error) || isDeadlock(error);
        const hopeless = attempt === READ_ATTEMPTS || this.options.deadline.remaining() === 0;
        if (!transient || hopeless) throw failureOf(error, this.options.signal);
      }
    }
  }

  /** Like `read`, with every statement of the question seeing the same moment. */
  async snapshot<T>(question: (session: Session) => Promise<T>): Promise<T> {
    return this.read(async (session) => {
      await session.db.execute(sql`START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY`);
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
    return this.#description;
  }

  /** The live connection, opened if there is none. Outside `read` and `write` its errors are the caller's to handle. */
  async session(): Promise<Session> {
    if (this.#current?.session.broken) await this.drop();
    this.#current ??= await openSession(this.settings, this.options);
    return this.#current.session;
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

  /** Gives up the current connection; the next use opens another. */
  async drop(): Promise<void> {
    const dropped = this.#current;
    this.#current = null;
    if (dropped === null) return;
    this.#statements += dropped.session.statements;
    await dropped.session.close();
  }

  async close(): Promise<void> {
    await this.drop();
  }

  async #forgetIfBroken(error: unknown): Promise<void> {
    if (isConnectionLost(error) || isNotPrimary(error)) await this.drop();
  }
}
