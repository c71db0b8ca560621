import { InterruptedError, SfOpsError } from '../core/errors.js';
import { deadlineIn, type Deadline } from '../database/limits.js';
import { poll } from './poll.js';
import { isPassingTrouble } from './wait.js';

export interface WatchOptions {
  /** Seconds between two looks. */
  every: number;
  /** Looks once, whatever the deadline. */
  once: boolean;
  deadline: Deadline;
  /** For how many seconds a database that has answered before is asked again. */
  retrySeconds: number;
  signal: AbortSignal;
}

/** A look, or why there is none this time. */
export type Watched<T> = { look: T } | { trouble: SfOpsError };

/**
 * Looks again and again, until the signal is aborted or the deadline passes. A database that is lost after it has
 * answered is asked again.
 *
 * @throws what will not pass, and what has not passed in time or at the deadline: then nobody knows what is there
 */
export async function* watchRounds<T>(
  look: () => Promise<T>,
  { every, once, deadline, retrySeconds, signal }: WatchOptions,
): AsyncGenerator<Watched<T>> {
  let hasAnswered = false;
  let retryUntil: Deadline | null = null;
  const rounds = poll({ every, first: every, deadline: once ? deadlineIn(0) : deadline, signal });
  for await (const { isLast } of rounds) {
    let watched: Watched<T>;
    try {
      watched = { look: await look() };
      hasAnswered = true;
      retryUntil = null;
    } catch (error) {
      if (error instanceof InterruptedError) return;
      // The last look is short of time: that it was not answered says nothing of a server that answered the one before.
      if (isLast && hasAnswered && retryUntil === null) return;
      retryUntil ??= deadlineIn(retrySeconds);
      const isHopeful = hasAnswered && !isLast && retryUntil.remaining() > 0;
      if (!isHopeful || !(error instanceof SfOpsError) || !isPassingTrouble(error)) throw error;
      watched = { trouble: error };
    }
    yield watched;
  }
}
