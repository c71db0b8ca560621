/**
 * How long anything may take. Every connection, statement and lock wait is bounded on the server and, because a frozen
 * server enforces nothing, on the client too.
 */
export interface Limits {
  /** Seconds until a server counts as unreachable. */
  connectSeconds: number;
  /** Seconds that one statement may run. */
  statementSeconds: number;
  /** Seconds that a statement may wait for a row lock or a metadata lock. */
  lockWaitSeconds: number;
  /**
   * Seconds that a Galera node may take to catch up with the cluster before a read. Kept by the client: neither
   * `max_statement_time` nor KILL ends a causal wait (MariaDB 10.11), only the provider's own 30 s.
   */
  causalSeconds: number;
  /** Seconds for which conflicts and lost servers are answered by trying again. */
  retrySeconds: number;
  /** Seconds that COMMIT may take before its outcome is looked up elsewhere. */
  commitSeconds: number;
  /**
   * Seconds after COMMIT was sent within which its outcome is looked up. Less than the 30 s after which Shaken Fist
   * removes a finished operation: until then, what is not there was not committed.
   */
  settleSeconds: number;
  /** Bytes of one answer, all of which is kept in memory. */
  answerBytes: number;
}

/** A dead Galera node is given up by the others after about 6 s, at Galera's defaults: waits for servers are longer. */
export const DEFAULT_LIMITS: Limits = {
  connectSeconds: 5,
  statementSeconds: 60,
  lockWaitSeconds: 10,
  causalSeconds: 10,
  retrySeconds: 20,
  commitSeconds: 15,
  settleSeconds: 25,
  answerBytes: 128 * 1024 * 1024,
};

/** The point in time at which the whole command must have ended. */
export interface Deadline {
  /** Seconds that are left, never negative; Infinity where the operator set no `--timeout`. */
  remaining(): number;
}

export const NO_DEADLINE: Deadline = { remaining: () => Infinity };

/** Milliseconds. `performance.now()` would be the same, and loads a library of Node's first. */
const steadyClock = (): number => Number(process.hrtime.bigint()) / 1e6;

/** @param seconds from now
 *  @param now milliseconds on a clock that only goes forward */
export function deadlineIn(seconds: number, now: () => number = steadyClock): Deadline {
  const end = now() + seconds * 1000;
  return { remaining: () => Math.max(0, (end - now()) / 1000) };
}

export function earlier(one: Deadline, other: Deadline): Deadline {
  return { remaining: () => Math.min(one.remaining(), other.remaining()) };
}

/** A server that was given less than this has not shown that it does not answer. */
export const ANSWERS_WITHIN_SECONDS = 0.5;

/** Of what is left of the deadline, kept for hearing from the server that it has given a statement up. */
const SHARE_FOR_HEARING = 0.1;
const SECONDS_FOR_HEARING = 0.25;

/** How long the server itself may run a statement, so that it speaks before the client gives up. */
export function secondsOnServer({ statementSeconds }: Limits, deadline: Deadline): number {
  const left = deadline.remaining();
  if (left === Infinity) return statementSeconds;
  const own = left - Math.min(SECONDS_FOR_HEARING, left * SHARE_FOR_HEARING);
  return Math.max(0.001, Math.min(statementSeconds, own));
}

/** The limits that still fit into what is left of the deadline. */
export function limitsWithin(limits: Limits, deadline: Deadline): Limits {
  const left = deadline.remaining();
  return {
    ...limits,
    connectSeconds: Math.min(limits.connectSeconds, left),
    statementSeconds: Math.min(limits.statementSeconds, left),
    lockWaitSeconds: Math.min(limits.lockWaitSeconds, left),
  };
}
