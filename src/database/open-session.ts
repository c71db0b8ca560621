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

/** Not one of the servers can be reached and asked. What it was like to knock at each is in the sentence. */
export class NoServerError extends UnavailableError {}

interface Refusal {
  address: ServerAddress;
  failure: UnavailableError;
}

/**
 * Connects to the first address that is reachable, Primary and Synced, and prepares the session.
 *
 * @throws NoServerError naming what is wrong with every address
 */
export async function openSession(
  settings: ConnectionSettings,
  options: SessionOptions,
): Promise<OpenedSession> {
  const refusals: Refusal[] = [];
  const tellPreferred = (opened: OpenedSession): OpenedSession => {
    if (refusals.length > 0)
      options.notice?.(`${sentences(refusals)} Using ${opened.identity.node} instead.`);
    return opened;
  };
  for (const [index, address] of settings.addresses.entries()) {
    try {
      const fair = options.deadline.remaining() / (settings.addresses.length - index);
      return tellPreferred(await openFit(settings, address, options, fair));
    } catch (error) {
      refusals.push({ address, failure: refusalFrom(error, options) });
    }
  }
  throw noServer(settings, refusals);
}

/** @throws whatever is not a reason to try the next server, such as a signal */
function refusalFrom(error: unknown, { signal }: SessionOptions): UnavailableError {
  const failure = failureOf(error, signal);
  if (failure instanceof UnavailableError) return failure;
  throw failure;
}

function noServer(settings: ConnectionSettings, refusals: readonly Refusal[]): NoServerError {
  const [first, ...others] = refusals.map(({ failure }) => failure);
  const isShared = others.every(({ word }) => word === first!.word);
  const all = others.length === 0 ? '' : `None of the ${refusals.length} servers can answer. `;
  return new NoServerError(`${all}${sentences(refusals)}`, {
    word: isShared ? first!.word : 'unreachable',
    hint: (isShared ? first!.hint : undefined) ?? `The addresses come from ${settings.origin}.`,
    cause: first!.cause,
  });
}

function sentences(refusals: readonly Refusal[]): string {
  return refusals.map(({ address, failure }) => `${describeAddress(address)}: ${failure.message}`).join(' ');
}

/** @param seconds what may be spent on this address, so that something is left for the next */
async function openFit(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
  seconds: number,
): Promise<OpenedSession> {
  const limits = { ...options.limits, connectSeconds: Math.min(options.limits.connectSeconds, seconds) };
  const opened = await greet(settings, address, { ...options, limits });
  try {
    const unfit = whyUnfit(opened.identity);
    if (unfit !== null) throw new UnavailableError(`the server ${unfit.reason}.`, { word: unfit.word });
    await opened.session.within(limits.connectSeconds, async () =>
      prepare(opened.session, opened.identity, options),
    );
    return opened;
  } catch (error) {
    opened.session.close();
    throw error;
  }
}

/**
 * Connects to one address and learns who is there, fit to be asked about Shaken Fist or not. The session keeps the
 * server's own settings: it is for questions about the server itself.
 */
export async function greet(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
): Promise<OpenedSession> {
  const { connectSeconds } = limitsWithin(options.limits, options.deadline);
  const session = new Session(
    await connect(settings, address, connectSeconds, options.signal),
    address,
    options,
  );
  try {
    return { session, identity: await session.within(connectSeconds, async () => identify(session)) };
  } catch (error) {
    session.close();
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
