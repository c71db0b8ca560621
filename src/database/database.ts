import { sql } from 'drizzle-orm';
import type { ConnectionSettings } from '../configuration/connection-settings.js';
import { Backoff } from './backoff.js';
import { Connector, type Overrides } from './connector.js';
import { describeDatabase, type DatabaseDescription } from './description.js';
import { deadlineIn, earlier } from './limits.js';
import type { ServerIdentity } from './server-identity.js';
import type { Session, SessionOptions } from './session.js';
import { runTransaction, type Transaction } from './transaction.js';

/** Which server answered, and whether it had seen every commit that was acknowledged before the question. */
export interface ReadConsistency {
  node: string;
  causal: boolean;
}

/** Shaken Fist's database. Everything that this program reads or writes goes through `read`, `snapshot` and `write`. */
export class Database {
  readonly #connector: Connector;
  #description: Promise<DatabaseDescription> | null = null;

  constructor(settings: ConnectionSettings, options: SessionOptions, connector?: Connector) {
    this.#connector = connector ?? new Connector(settings, options);
  }

  get settings(): ConnectionSettings {
    return this.#connector.settings;
  }

  get options(): SessionOptions {
    return this.#connector.options;
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
      return question(galera === null ? await this.session() : await this.#connector.begin(sql`SELECT 1`));
    });
  }

  /** Like `read`, with every statement of the question seeing the same moment. */
  async snapshot<T>(question: (session: Session) => Promise<T>): Promise<T> {
    return this.#persistently(async () => {
      const session = await this.#connector.beginTransaction(
        'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
      );
      try {
        return await question(session);
      } finally {
        if (!session.broken) await session.endTransaction('COMMIT');
      }
    });
  }

  /** Writes all or nothing, once; see `transaction.ts` for what is retried and how an unknown outcome is settled. */
  async write<T>(transaction: Transaction<T>): Promise<T> {
    return runTransaction(this.#connector, transaction);
  }

  /** What this database looks like: asked once, believed for the life of the command. */
  async describe(): Promise<DatabaseDescription> {
    this.#description ??= this.#learn();
    try {
      return await this.#description;
    } catch (error) {
      this.#description = null;
      throw error;
    }
  }

  /** The live connection, opened if there is none. Outside `read` and `write` its errors are the caller's to handle. */
  async session(): Promise<Session> {
    return this.#connector.session();
  }

  /** Who is answering. */
  async identity(): Promise<ServerIdentity> {
    return this.#connector.identity();
  }

  async readConsistency(): Promise<ReadConsistency> {
    const { node, galera, readOnly } = await this.identity();
    return { node, causal: galera !== null || !readOnly };
  }

  /** Statements sent on all connections so far. */
  get statements(): number {
    return this.#connector.statements;
  }

  /** The same database by a connection of its own, for the caller to close. */
  with(overrides: Overrides): Database {
    return new Database(this.settings, this.options, this.#connector.with(overrides));
  }

  /** Gives up the current connection; the next use opens another. */
  async drop(): Promise<void> {
    this.#connector.drop();
  }

  /** Ends the connection, and whatever is under way on it, for good. */
  async close(): Promise<void> {
    this.#connector.close();
  }

  async #learn(): Promise<DatabaseDescription> {
    const known = await this.#persistently(async () => this.#connector.description());
    known?.requireShakenFist();
    return known ?? this.read(async (session) => describeDatabase(session));
  }

  async #persistently<T>(ask: () => Promise<T>): Promise<T> {
    const { limits, deadline } = this.options;
    const backoff = new Backoff(earlier(deadlineIn(limits.retrySeconds), deadline));
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        this.#connector.failOver(error);
        if (!this.#connector.isRetryable(error) || backoff.exhausted) throw this.#connector.failureOf(error);
        await backoff.pause(this.#connector.ending);
      }
    }
  }
}
