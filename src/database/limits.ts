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
}

export const DEFAULT_LIMITS: Limits = { connectSeconds: 5, statementSeconds: 60, lockWaitSeconds: 10 };

/** The point in time at which the whole command must have ended. */
export interface Deadline {
  /** Seconds that are left, never negative; Infinity where the operator set no `--timeout`. */
  remaining(): number;
}

export const NO_DEADLINE: Deadline = { remaining: () => Infinity };

/** @param seconds from now
 *  @param now milliseconds on a clock that only goes forward */
export function deadlineIn(seconds: number, now: () => number = () => performance.now()): Deadline {
  const end = now() + seconds * 1000;
  return { remaining: () => Math.max(0, (end - now()) / 1000) };
}

/** The limits that still fit into what is left of the deadline. */
export function limitsWithin(limits: Limits, deadline: Deadline): Limits {
  const left = deadline.remaining();
  return {
    connectSeconds: Math.min(limits.connectSeconds, left),
    statementSeconds: Math.min(limits.statementSeconds, left),
    lockWaitSeconds: Math.min(limits.lockWaitSeconds, left),
  };
}
