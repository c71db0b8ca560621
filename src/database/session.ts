import type { SQL } from 'drizzle-orm';
import type { MySql2Database } from 'drizzle-orm/mysql2';
import type { QueryOptions } from 'mysql2';
import type { ServerAddress } from '../configuration/connection-settings.js';
import { disconnect, quit, type DriverLink } from './driver.js';
import type { BoundStatement } from './insert.js';
import { ANSWERS_WITHIN_SECONDS, secondsOnServer, type Deadline, type Limits } from './limits.js';
import { queryBuilder } from './query-builder.js';
import { isStatementTimeout, withoutValues, type DriverError } from './server-errors.js';
import {
  AnswerTooLargeError,
  ClosedError,
  NoAnswerError,
  NoTimeError,
  StatementInterruptedError,
} from './session-errors.js';

/** Extra seconds that a statement gets on the client over its limit on the server, so that the server speaks first. */
const CLIENT_GRACE_SECONDS = 1;

const COMPOUND = /^\s*BEGIN NOT ATOMIC /;
const READING = /^[\s(]*(SELECT|EXPLAIN|WITH)\s/;

export interface SessionOptions {
  limits: Limits;
  deadline: Deadline;
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal;
  /** Shown by `--verbose`: every statement as it is sent, its parameters not filled in. */
  trace: (sql: string) => void;
  /** Told when another server than the preferred one had to be taken, and why. */
  notice?: (text: string) => void;
  /** Told, for each connection, how many seconds the server's clock is ahead of this machine's; 0: they agree. */
  clock?: (ahead: number) => void;
}

/**
 * One connection to one server: sends statements, each within its deadline, and is Drizzle's client.
 * Errors of the server pass through (see `server-errors.ts`), without the values that were bound.
 */
export class Session {
  /** Drizzle's query builder on this connection. */
  readonly db: MySql2Database;
  /** Statements sent so far; round trips are a budget that tests assert. */
  statements = 0;
  #broken = false;
  #interruptible = true;
  #ceilingSeconds = Infinity;
  #hasAnswered = false;
  /** The server's own limit for a statement, once it has been set. */
  #secondsOnServer: number | null = null;
  /** What the next statement is preceded by. */
  #opening: string | null = null;
  /** Gives up the statement whose answer is awaited; null while there is none. */
  #abandon: ((error: Error) => void) | null = null;

  constructor(
    private readonly link: DriverLink,
    readonly address: ServerAddress,
    private readonly options: SessionOptions,
  ) {
    this.db = queryBuilder(async (query) => this.#send(query));
  }

  /** The server's own id of this connection, as in its process list. */
  get connectionId(): number {
    return this.link.connection.threadId ?? 0;
  }

  /** The version that the server, or a proxy before it, gave in its greeting. */
  get greeting(): string {
    return this.link.greeting;
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

  /** Runs a statement that was put together as text. */
  async run({ text, values }: BoundStatement): Promise<void> {
    await this.#send({ sql: text, values: [...values] });
  }

  /**
   * Opens a transaction when the next statement is sent, and in the same round trip if that one asks for rows.
   *
   * @param opening `START TRANSACTION …`
   */
  openTransaction(opening: string): void {
    this.#opening = opening;
  }

  /** Ends a transaction with `COMMIT` or `ROLLBACK`; one that no statement was sent in has not begun. */
  async endTransaction(statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    if (this.#opening === null) await this.#exchange({ sql: statement });
    this.#opening = null;
  }

  /** Runs work that a signal must not cut in two, such as COMMIT. */
  async uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#interruptible;
    this.#interruptible = false;
    try {
      return await work();
    } finally {
      this.#interruptible = before;
    }
  }

  /** Runs work whose statements are given up on the client after `seconds`, where that is sooner than the limits. */
  async within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
    const before = this.#ceilingSeconds;
    this.#ceilingSeconds = Math.min(before, seconds);
    try {
      return await work();
    } finally {
      this.#ceilingSeconds = before;
    }
  }

  /** The `max_statement_time` that the session is to have from now on. */
  limitOnServer(): number {
    const { limits, deadline } = this.options;
    return (this.#secondsOnServer = secondsOnServer(limits, deadline));
  }

  /** Ends the session: a statement that still runs is given up, and the server is told, but not waited for. */
  close(): void {
    if (this.#broken) return;
    if (this.#abandon !== null) return this.#abandon(new ClosedError());
    this.#broken = true;
    quit(this.link.connection);
  }

  /** Drops the connection; the server rolls back what was open. */
  destroy(): void {
    this.#broken = true;
    disconnect(this.link.connection);
  }

  async #send(query: QueryOptions): Promise<[rows: unknown, fields: unknown]> {
    if (this.#isServerTooPatient()) {
      await this.#exchange({ sql: `SET SESSION max_statement_time = ${this.limitOnServer().toFixed(3)}` });
    }
    const opening = this.#opening;
    this.#opening = null;
    if (opening === null) return this.#exchange(query);
    if (COMPOUND.test(query.sql))
      return this.#exchange({ ...query, sql: query.sql.replace(COMPOUND, `$&${opening}; `) });
    if (READING.test(query.sql)) {
      const sql = `BEGIN NOT ATOMIC ${opening}; ${query.sql}; END`;
      const [results, fields] = await this.#exchange({ ...query, sql });
      // The rows, and an OK for the whole.
      return [(results as unknown[])[0], (fields as unknown[])[0]];
    }
    await this.#exchange({ sql: opening });
    return this.#exchange(query);
  }

  async #exchange(query: QueryOptions): Promise<[rows: unknown, fields: unknown]> {
    if (this.#interruptible && this.options.signal.aborted) {
      this.destroy();
      throw new StatementInterruptedError();
    }
    const seconds = this.#secondsForStatement();
    if (seconds === 0) {
      this.destroy();
      throw new NoTimeError(this.#hasAnswered);
    }
    this.options.trace(query.sql);
    this.statements += 1;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.options.signal.removeEventListener('abort', interrupt);
        this.#abandon = null;
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
      const timer = setTimeout(() => abandon(this.#noAnswer(seconds)), seconds * 1000);
      const { answerBytes } = this.options.limits;
      this.link.received.allow(answerBytes, () => abandon(new AnswerTooLargeError(answerBytes)));
      this.options.signal.addEventListener('abort', interrupt, { once: true });
      this.#abandon = abandon;
      this.link.connection.query(query, (error, rows, fields) => {
        this.#hasAnswered = true;
        if (error === null) return settle(() => resolve([rows, fields]));
        const failure = withoutValues(error as DriverError);
        if (isStatementTimeout(failure) && this.#isNearDeadline()) failure.byDeadline = true;
        if (failure.fatal) this.#broken = true;
        settle(() => reject(failure));
      });
    });
  }

  /** Whether the server would go on after `--timeout`: its limit counts from the start of each statement. */
  #isServerTooPatient(): boolean {
    const left = this.options.deadline.remaining();
    return this.#secondsOnServer !== null && left > 0 && this.#secondsOnServer > left;
  }

  /** Near enough for a limit of the server's to have come from the deadline. */
  #isNearDeadline(): boolean {
    return this.options.deadline.remaining() < ANSWERS_WITHIN_SECONDS;
  }

  #noAnswer(seconds: number): NoAnswerError {
    const isTooShort = seconds < ANSWERS_WITHIN_SECONDS && this.#isNearDeadline();
    return new NoAnswerError(seconds, isTooShort && this.#hasAnswered);
  }

  #secondsForStatement(): number {
    const { limits, deadline } = this.options;
    return Math.min(
      limits.statementSeconds + CLIENT_GRACE_SECONDS,
      this.#ceilingSeconds,
      deadline.remaining(),
    );
  }
}
