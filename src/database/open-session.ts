import { sql } from 'drizzle-orm';
import {
  describeAddress,
  type ConnectionSettings,
  type ServerAddress,
} from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';
import { connect } from './driver.js';
import { failureOf } from './failure.js';
import { limitsWithin } from './limits.js';
import { identify, whyUnfit, type ServerIdentity } from './server-identity.js';
import { Session, type SessionOptions } from './session.js';

export interface OpenedSession {
  session: Session;
  identity: ServerIdentity;
}

/**
 * Connects to the first address that is reachable, Primary and Synced, and prepares the session.
 *
 * @throws UnavailableError naming what is wrong with every address
 */
export async function openSession(
  settings: ConnectionSettings,
  options: SessionOptions,
): Promise<OpenedSession> {
  const failures: { address: ServerAddress; failure: UnavailableError }[] = [];
  for (const address of settings.addresses) {
    try {
      return await openAt(settings, address, options);
    } catch (error) {
      const failure = failureOf(error, options.signal);
      if (!(failure instanceof UnavailableError)) throw failure;
      failures.push({ address, failure });
    }
  }
  if (failures.length === 1) {
    const { address, failure } = failures[0]!;
    throw new UnavailableError(`${describeAddress(address)}: ${failure.message}`, {
      word: failure.word,
      hint: failure.hint ?? `The address comes from ${settings.origin}.`,
      cause: failure.cause,
    });
  }
  const reasons = failures.map(({ address, failure }) => `${describeAddress(address)}: ${failure.message}`);
  throw new UnavailableError(`None of the ${failures.length} servers can answer. ${reasons.join(' ')}`, {
    word: 'unreachable',
    hint: `The addresses come from ${settings.origin}.`,
    cause: failures[0]!.failure.cause,
  });
}

/** Connects to one address, whatever the others are. Used where every node has to be asked. */
export async function openAt(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
): Promise<OpenedSession> {
  const { connectSeconds } = limitsWithin(options.limits, options.deadline);
  const session = new Session(await connect(settings, address, connectSeconds), address, options);
  try {
    const identity = await identify(session);
    const unfit = whyUnfit(identity);
    if (unfit !== null) throw new UnavailableError(`the server ${unfit}.`, { word: 'not_primary' });
    await prepare(session, identity, options);
    return { session, identity };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * Puts the session on known ground, whatever the server's defaults are:
 * - strict mode, and no NO_BACKSLASH_ESCAPES, on which the driver's quoting of parameters relies;
 * - deadlines on the server, so that a statement whose client died ends too;
 * - causal reads on Galera: a read sees every commit that any node acknowledged before it.
 */
async function prepare(session: Session, identity: ServerIdentity, options: SessionOptions): Promise<void> {
  const { statementSeconds, lockWaitSeconds } = limitsWithin(options.limits, options.deadline);
  const lockWait = Math.max(1, Math.ceil(lockWaitSeconds));
  await session.db.execute(sql`SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
  await session.db.execute(
    sql`SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', autocommit = 1,
      max_statement_time = ${Math.max(0.001, statementSeconds)}, lock_wait_timeout = ${lockWait},
      innodb_lock_wait_timeout = ${lockWait}${identity.galera === null ? sql`` : sql`, wsrep_sync_wait = 1`}`,
  );
}
