import { sql } from 'drizzle-orm';
import { Database } from '../database/database.js';
import { afterError, type Attempt, type SentStatement } from './alter-outcome.js';
import type { AlterTerms } from './alteration.js';
import type { Alterer } from './alterer.js';

/** A change of nothing but the table's description takes milliseconds: after so long the server does not work. */
const INSTANT_SECONDS = 60;
/** An index build may take long; it is the one statement whose length depends on the table's size. */
const LONGEST_ALTER_SECONDS = 6 * 3600;
/** After a signal, or when the lease is lost, what was sent is waited for no longer. */
const GRACE_SECONDS = 5;

/**
 * Sends the statement once, on a connection of its own.
 *
 * @throws what `afterError` throws; UnavailableError where no server could be connected to
 */
export async function sendAlter(alterer: Alterer, sent: SentStatement): Promise<Attempt> {
  const sending = new SendingDatabase(alterer, sent.terms);
  try {
    const session = await sending.database.session();
    try {
      await session.db.execute(sql.raw(sent.statement));
      return 'done';
    } catch (error) {
      return await afterError(alterer, sent, error);
    }
  } finally {
    await sending.close();
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
