import {
  describeAddress,
  type ConnectionSettings,
  type ServerAddress,
} from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';
import { connectionHint } from './connection-hints.js';
import { connect } from './driver.js';
import { connectionFailure, deadlinePassed } from './failure.js';
import { ANSWERS_WITHIN_SECONDS, deadlineIn, limitsWithin } from './limits.js';
import { isNobodyThere, isOutOfTime } from './server-errors.js';
import { identify, type ServerIdentity } from './server-identity.js';
import { Session, type SessionOptions } from './session.js';
import { seeAllRows, setUp, type SetUp } from './set-up.js';

export interface OpenedSession extends SetUp {
  session: Session;
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
 * @throws DeadlineError where `--timeout` left too little time to find out
 */
export async function openSession(
  settings: ConnectionSettings,
  options: SessionOptions,
  describing = false,
): Promise<OpenedSession> {
  const refusals: Refusal[] = [];
  const isHurried = options.deadline.remaining() < ANSWERS_WITHIN_SECONDS;
  for (const [index, address] of settings.addresses.entries()) {
    const share = deadlineIn(options.deadline.remaining() / (settings.addresses.length - index));
    for (let attempt = 1; attempt <= ATTEMPTS && (attempt === 1 || share.remaining() > 0); attempt += 1) {
      try {
        const opened = await openUsable(settings, address, options, share.remaining(), describing);
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
  const failure = noServer(settings, refusals);
  if (isHurried && refusals.every(({ failure: { cause } }) => isOutOfTime(cause)))
    throw deadlinePassed(failure);
  throw failure;
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
  describing: boolean,
): Promise<OpenedSession> {
  const limits = { ...options.limits, connectSeconds: Math.min(options.limits.connectSeconds, seconds) };
  const session = await dial(settings, address, { ...options, limits });
  return closedOnFailure(session, async () => ({
    session,
    ...(await session.within(limits.connectSeconds, async () => setUp(session, options, describing))),
  }));
}

/**
 * Connects to one address and learns who is there, fit to be asked about Shaken Fist or not. The session keeps the
 * server's own settings, but for those that would cut answers: it is for questions about the server itself.
 */
export async function reach(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
): Promise<{ session: Session; identity: ServerIdentity }> {
  const { connectSeconds } = options.limits;
  const session = await dial(settings, address, options);
  return closedOnFailure(session, async () => ({
    session,
    identity: await session.within(connectSeconds, async () => {
      await seeAllRows(session);
      return identify(session);
    }),
  }));
}

async function dial(
  settings: ConnectionSettings,
  address: ServerAddress,
  options: SessionOptions,
): Promise<Session> {
  const { connectSeconds } = limitsWithin(options.limits, options.deadline);
  return new Session(await connect(settings, address, connectSeconds, options.signal), address, options);
}

async function closedOnFailure<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    session.close();
    throw error;
  }
}
