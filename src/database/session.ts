import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import type { SQL } from 'drizzle-orm';
import type { Connection, QueryOptions } from 'mysql2';
import type { ServerAddress } from '../configuration/connection-settings.js';
import { limitsWithin, type Deadline, type Limits } from './limits.js';

/** Extra seconds that a statement gets on the client over its limit on the server, so that the server speaks first. */
const CLIENT_GRACE_SECONDS = 1;

export interface SessionOptions {
  limits: Limits;
  deadline: Deadline;
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal;
  /** Shown by `--verbose`: every statement as it is sent, its parameters not filled in. */
  trace: (sql: string) => void;
}

/** No answer came in time. The connection is closed: what the server did with the statement is not known. */
export class NoAnswerError extends Error {
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT';
  readonly fatal = true;
  constructor(seconds: number) {
    super(`no answer within ${Number(seconds.toFixed(1))} s`);
  }
}

/** The operator interrupted while a statement was running. The connection is closed. */
export class StatementInterruptedError extends Error {
  constructor() {
    super('interrupted');
  }
}

/**
 * One connection to one server: sends statements, each within its deadline, and is Drizzle's client.
 * Errors of the server pass through untouched (see `server-errors.ts`); Drizzle's builder wraps them once.
 */
export class Session {
  /** Drizzle's query builder on this connection. */
  readonly db: MySql2Database;
  /** Statements sent so far; round trips are a budget that tests assert. */
  statements = 0;
  #broken = false;
  #interruptible = true;

  constructor(
    private readonly connection: Connection,
    readonly address: ServerAddress,
    private readonly options: SessionOptions,
  ) {
    const client = {
      query: async (query: QueryOptions, values: unknown[]): Promise<unknown> =>
        this.#send({ ...query, values }),
    };
    this.db = drizzle({ client: client as never });
  }

  /** The server's own id of this connection, as in its process list. */
  get connectionId(): number {
    return this.connection.threadId ?? 0;
  }

  /** True once the connection cannot be used any more. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Runs a statement and returns its rows as objects keyed by column name. */
  async rows<Row extends object>(query: SQL): Promise<Row[]> {
    const [rows] = await this.db.execute(query);
    return rows as unknown as Row[];
  }

  /** Runs a statement that changes data and returns how many rows it really changed. */
  async change(query: SQL): Promise<number> {
    const [result] = await this.db.execute(query);
    return result.affectedRows;
  }

  /** Runs work that a signal must not cut in two, such as COMMIT and the look at its outcome. */
  async uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    this.#interruptible = false;
    try {
      return await work();
    } finally {
      this.#interruptible = true;
    }
  }

  /** Says goodbye to the server. Never throws: there is nothing left to lose. */
  async close(): Promise<void> {
    if (this.#broken) return;
    this.#broken = true;
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(() => {
        this.connection.destroy();
        resolve();
      }, 500);
      this.connection.end(() => {
        clearTimeout(giveUp);
        resolve();
      });
    });
  }

  /** Drops the connection; the server rolls back what was open. */
  destroy(): void {
    this.#broken = true;
    this.connection.destroy();
  }

  async #send(query: QueryOptions): Promise<unknown> {
    if (this.#interruptible && this.options.signal.aborted) {
      this.destroy();
      throw new StatementInterruptedError();
    }
    this.options.trace(query.sql);
    this.statements += 1;
    const { statementSeconds } = limitsWithin(this.options.limits, this.options.deadline);
    const grace = Number.isFinite(this.options.deadline.remaining()) ? 0 : CLIENT_GRACE_SECONDS;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.options.signal.removeEventListener('abort', interrupt);
        finish();
      };
      const abandon = (error: Error): void => {
        settle(() => {
          this.destroy();
          reject(error);
        });
      };
      const interrupt = (): void => {
        if (this.#interruptible) abandon(new StatementInterruptedError());
      };
      const timer = setTimeout(
        () => abandon(new NoAnswerError(statementSeconds)),
        Math.max(1, (statementSeconds + grace) * 1000),
      );
      this.options.signal.addEventListener('abort', interrupt, { once: true });
      this.connection.query(query, (error, rows, fields) => {
        if (error?.fatal) this.#broken = true;
        settle(() => (error ? reject(error) : resolve([rows, fields])));
      });
    });
  }
}
