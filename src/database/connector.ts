import { sql, type SQL } from 'drizzle-orm';
import type { ConnectionSettings, ServerAddress } from '../configuration/connection-settings.js';
import type { DatabaseDescription } from './description.js';
import { DeadlineError } from '../core/errors.js';
import { CausalWaitError, failureOf } from './failure.js';
import { NoServerError, openSession, type OpenedSession } from './open-session.js';
import { isLockWaitTimeout, isServerLost, isTransient } from './server-errors.js';
import type { ServerIdentity } from './server-identity.js';
import { ClosedError, isNoAnswer } from './session-errors.js';
import type { Session, SessionOptions } from './session.js';

/** Another way to the same database: each setting or option that is given takes the place of the original's. */
export interface Overrides extends Partial<SessionOptions> {
  addresses?: ServerAddress[];
}

/**
 * A pool of one: the connection to the first usable server, opened when it is needed and replaced when it breaks.
 * Once closed it stays closed, whatever is still under way.
 */
export class Connector {
  /** In the order in which they are tried: one that failed goes last. */
  #addresses: ServerAddress[];
  #current: OpenedSession | null = null;
  #opening: Promise<OpenedSession> | null = null;
  #wasReached = false;
  /** Why the last server was left; null once another has been reached. */
  #lost: unknown = null;
  #statements = 0;
  readonly #closing = new AbortController();
  /** Aborted by the operator's signal, and when the connector is closed. */
  readonly #ending: AbortSignal;

  constructor(
    readonly settings: ConnectionSettings,
    readonly options: SessionOptions,
  ) {
    this.#addresses = settings.addresses;
    this.#ending = whenEither(options.signal, this.#closing.signal);
  }

  /**
   * The live connection, opened if there is none.
   *
   * @throws NoServerError when there is no usable server
   * @throws ClosedError
   */
  async session(): Promise<Session> {
    return (await this.#open()).session;
  }

  /** What the database looks like, if that was learned when the connection was opened: it is, when asked for first. */
  async description(): Promise<DatabaseDescription | null> {
    return (await this.#open(true)).description;
  }

  /** Who is answering. */
  async identity(): Promise<ServerIdentity> {
    return (await this.#open()).identity;
  }

  /**
   * Opens a transaction. Where there is nothing to wait for, that costs no round trip of its own; on Galera as `begin`.
   *
   * @param opening `START TRANSACTION …`
   */
  async beginTransaction(opening: string): Promise<Session> {
    const { session, identity } = await this.#open();
    if (identity.galera !== null) return this.begin(sql.raw(opening));
    session.openTransaction(opening);
    return session;
  }

  /**
   * Runs the statement that opens a question or a transaction. On Galera it is the one that waits until the node has
   * applied what was committed anywhere before; the snapshot of a transaction is taken after that wait, and statements
   * inside the transaction wait no more (measured on 10.11 and 11.8).
   */
  async begin(opening: SQL): Promise<Session> {
    const { session, identity } = await this.#open();
    try {
      await session.within(this.options.limits.causalSeconds, async () => session.db.execute(opening));
      return session;
    } catch (error) {
      const isLate = isLockWaitTimeout(error) || isNoAnswer(error);
      throw identity.galera !== null && isLate ? new CausalWaitError(identity.node, error) : error;
    }
  }

  /** Ends pauses between attempts. */
  get ending(): AbortSignal {
    return this.#ending;
  }

  /** Statements sent on all connections so far. */
  get statements(): number {
    return this.#statements + (this.#current?.session.statements ?? 0);
  }

  /**
   * Whether to try again after this error, given that there is time. A database that was never reached is not waited
   * for: most likely the address is wrong, or everything is down.
   */
  isRetryable(error: unknown): boolean {
    if (this.#ending.aborted) return false;
    return this.#wasReached && (isTransient(error) || error instanceof NoServerError);
  }

  /** Leaves a server that failed, and tries it last from now on. */
  failOver(error: unknown): void {
    if (!isServerLost(error) && !(error instanceof CausalWaitError)) return;
    this.#lost = error;
    const failed = this.#current?.session.address;
    if (failed !== undefined) {
      this.#addresses = [...this.#addresses.filter((address) => address !== failed), failed];
    }
    this.drop();
  }

  /** What the operator should hear of an error. */
  failureOf(error: unknown): unknown {
    if (this.#closing.signal.aborted && !this.options.signal.aborted) return new ClosedError();
    return failureOf(error, this.options.signal);
  }

  /** Another connector to the same database, for the caller to close. */
  with({ addresses, ...options }: Overrides): Connector {
    const settings = { ...this.settings, addresses: addresses ?? this.#addresses };
    const other = new Connector(settings, { ...this.options, ...options });
    other.#wasReached = this.#wasReached;
    return other;
  }

  /** Like `with`, for work that a signal must not end, but the end of this connector must. */
  sheltered(overrides: Overrides): Connector {
    return this.with({ ...overrides, signal: this.#closing.signal });
  }

  /** Gives up the current connection; the next use opens another. */
  drop(): void {
    const dropped = this.#current;
    this.#current = null;
    if (dropped === null) return;
    this.#statements += dropped.session.statements;
    dropped.session.close();
  }

  /** Ends the connection, and whatever waits for it, for good. */
  close(): void {
    this.drop();
    this.#closing.abort();
  }

  async #open(describing = false): Promise<OpenedSession> {
    if (this.#closing.signal.aborted) throw new ClosedError();
    if (this.#current?.session.broken) this.drop();
    if (this.#current !== null) return this.#current;
    const settings = { ...this.settings, addresses: this.#addresses };
    // Who asks meanwhile waits for the same connection.
    this.#opening ??= openSession(settings, { ...this.options, signal: this.#ending }, describing).finally(
      () => (this.#opening = null),
    );
    const opened = await this.#opening.catch((error: unknown) => {
      // That no time was left for another server says less than what became of the last one.
      throw error instanceof DeadlineError && this.#lost !== null ? this.#lost : error;
    });
    if (this.#closing.signal.aborted) {
      opened.session.close();
      throw new ClosedError();
    }
    this.#wasReached = true;
    this.#lost = null;
    return (this.#current = opened);
  }
}

/** Aborted with the reason of whichever is aborted first. `AbortSignal.any` is not in every Node 20. */
function whenEither(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}
