import { sql } from 'drizzle-orm';
import {
  describeAddress,
  type ConnectionSettings,
  type ServerAddress,
} from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';
import { connectionHint } from './connection-hints.js';
import { connect } from './driver.js';
import { connectionFailure } from './failure.js';
import { deadlineIn, limitsWithin } from './limits.js';
import { isNobodyThere } from './server-errors.js';
import { identify, whyUnusable, type ServerIdentity } from './server-identity.js';
import { Session, type SessionOptions } from './session.js';

export interface OpenedSession {
  session: Session;
  identity: ServerIdentity;
}

/** Not one of the servers can be reached and asked; the sentence says why for each. */
export class NoServerError extends UnavailableError {}

interface Refusal {
  address: ServerAddress;
  failure: UnavailableError;
}

/**
 * How often an address is tried. Behind one address a proxy may stand with several servers, of which the next may be
 * fine: so an answer that says no is not the last word.
 */
const ATTEMPTS = 4;

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
  for (const [index, address] of settings.addresses.entries()) {
    const share = deadlineIn(options.deadline.remaining() / (settings.addresses.length - index));
    for (let attempt = 1; attempt <= ATTEMPTS && (attempt === 1 || share.remaining() > 0); attempt += 1) {
      try {
        const opened = await openUsable(settings, address, options, share.remaining());
        if (refusals.length > 0)
          options.notice?.(`${sentences(refusals)} Using ${opened.identity.node} instead.`);
        return opened;
      } catch (error) {
        const failure = refusalFrom(error, options);
        refusals.push({ address, failure });
        if ('socketPath' in address || !mayBeAnother(failure)) break;
      }
    }
  }
  throw noServer(settings, refusals);
}

const WORDS_OF_ONE_SERVER = ['not_mariadb', 'not_primary', 'not_synced', 'too_many_connections'];

/** Whether another server could have answered under the same address: somebody was there, and it was not the account. */
function mayBeAnother({ word, cause }: UnavailableError): boolean {
  return WORDS_OF_ONE_SERVER.includes(word) || (word === 'unreachable' && !isNobodyThere(cause));
}

/** @throws whatever is not a reason to try the next server, such as a signal */
function refusalFrom(error: unknown, { signal }: SessionOptions): UnavailableError {
  const failure = connectionFailure(error, signal);
  if (failure instanceof UnavailableError) return failure;
  throw failure;
}

function noServer(settings: ConnectionSettings, refusals: readonly Refusal[]): NoServerError {
  const [first, ...others] = refusals;
  const count = new Set(refusals.map(({ address }) => address)).size;
  const isShared = others.every(({ failure }) => failure.word === first!.failure.word);
  const all = count === 1 ? '' : `None of the ${count} servers can answer. `;
  return new NoServerError(`${all}${sentences(refusals)}`, {
    word: isShared ? first!.failure.word : 'unreachable',
    hint: isShared
      ? connectionHint(settings, first!.address, first!.failure)
      : `The addresses come from ${settings.origin}.`,
    cause: first!.failure.cause,
  });
}

/** Several servers behind one address may say the same. */
function sentences(refusals: readonly Refusal[]): string {
  const all = refusals.map(({ address, failure }) => `${describeAddress(address)}: ${failure.message}`);
  return [...new Set(all)].join(' ');
}

/** @param seconds what may be spent on this address, so that something is left for the next */
async function openUsable(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
  seconds: number,
): Promise<OpenedSession> {
  const limits = { ...options.limits, connectSeconds: Math.min(options.limits.connectSeconds, seconds) };
  const opened = await reach(settings, address, { ...options, limits });
  try {
    const problem = whyUnusable(opened.identity);
    if (problem !== null) throw new UnavailableError(`the server ${problem.reason}.`, { word: problem.word });
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
export async function reach(
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
 * Puts the session on known ground, whatever the server's defaults are, in one statement:
 * - text in utf8mb4, both ways, also where `skip-character-set-client-handshake` made another choice when we connected;
 * - strict mode, and quotes as this program writes them;
 * - deadlines on the server, so that a statement whose client died ends too;
 * - causal reads on Galera: a read sees every commit that any node acknowledged before it.
 */
async function prepare(session: Session, identity: ServerIdentity, options: SessionOptions): Promise<void> {
  const { statementSeconds, lockWaitSeconds } = limitsWithin(options.limits, options.deadline);
  const lockWait = Math.max(1, Math.ceil(lockWaitSeconds));
  const [result] = await session.db.execute(sql`
    SET NAMES utf8mb4, SESSION tx_isolation = 'REPEATABLE-READ', autocommit = 1,
      sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
      max_statement_time = ${Math.max(0.001, statementSeconds)}, lock_wait_timeout = ${lockWait},
      innodb_lock_wait_timeout = ${lockWait}${identity.galera === null ? sql`` : sql`, wsrep_sync_wait = 1`}`);
  const charsets = await characterSets(session, result as Partial<SetResult>);
  if (charsets.every((charset) => charset === 'utf8mb4')) return;
  throw new UnavailableError(`the connection cannot be had in utf8mb4 (${charsets.join(', ')}).`, {
    word: 'character_set',
    hint: 'Does a proxy keep SET NAMES from the server?',
  });
}

/** What the server says with its OK about variables that changed (`session_track_system_variables`). */
interface SetResult {
  stateChanges: { systemVariables?: Record<string, string> };
}

const CHARACTER_SETS = ['character_set_client', 'character_set_connection', 'character_set_results'] as const;

/** Read back: from the answer itself where it has them, which saves a round trip. */
async function characterSets(session: Session, { stateChanges }: Partial<SetResult>): Promise<string[]> {
  const told = CHARACTER_SETS.map((name) => stateChanges?.systemVariables?.[name]);
  if (told.every((charset) => charset !== undefined)) return told;
  const [row] = await session.rows<Record<(typeof CHARACTER_SETS)[number], string>>(sql`
    SELECT @@character_set_client AS character_set_client, @@character_set_connection AS character_set_connection,
      @@character_set_results AS character_set_results`);
  return CHARACTER_SETS.map((name) => row![name]);
}
