import { DeadlineError, InterruptedError, SfOpsError, UnavailableError } from '../core/errors.js';
import {
  beginWait,
  observe,
  outcomeAtDeadline,
  outcomeOf,
  type WaitOptions,
  type WaitOutcome,
  type WaitProgress,
} from '../core/operations/wait.js';
import type { Uuid } from '../core/uuid.js';
import type { Database, ReadConsistency } from '../database/database.js';
import { deadlineIn, type Deadline } from '../database/limits.js';
import { cheaperSide, type Side } from '../database/queries/active-side.js';
import { which, type ObjectReference } from '../database/queries/targets.js';
import { lookAtOperations } from '../database/queries/wait-look.js';
import { poll } from './poll.js';
import { steadySeconds } from './time.js';

export interface WaitRequest {
  /** What to wait for: these operations, or all that is pending on these objects. */
  subject: { operations: readonly Uuid[] } | { objects: readonly ObjectReference[] };
  any: boolean;
  failFast: boolean;
  newOnly: boolean;
  /** Looks once and says what it saw; the deadline then only bounds the look. */
  once: boolean;
  deadline: Deadline;
  /** Between two looks once polling has settled. */
  intervalSeconds: number;
  /** For how long a database that does not answer is asked again; null: two minutes, once it has answered. */
  retrySeconds: number | null;
}

export interface WaitResult {
  outcome: WaitOutcome;
  progress: WaitProgress;
  waitedSeconds: number;
  /** Why nothing can be told, where the outcome is `unknown` for that reason. */
  failure: SfOpsError | null;
  /** Which server answered last; null if none has. */
  readConsistency: ReadConsistency | null;
}

export interface WaitHooks {
  /** Unix seconds. */
  now: () => number;
  /** Called after each look. */
  onProgress?: (progress: WaitProgress) => void | Promise<void>;
  /** Called when the database does not answer, and will be asked again. */
  onTrouble?: (failure: SfOpsError) => void;
}

const RETRY_SECONDS = 120;
const LOOK_SECONDS = 10;
/** A look that takes longer than this at the deadline means a server that does not answer, not one that is waited on. */
const ANSWERS_WITHIN_SECONDS = 2;
/** After a look this slow the cheaper side is chosen anew. */
const SLOW_SECONDS = 0.5;
/** How far clocks may differ for an operation that came and ended between two looks to be seen. */
const CLOCK_SKEW_SECONDS = 300;

/** A timer may be early. */
const TIMER_SLACK_SECONDS = 0.005;

/** Reasons for which no waiting helps. */
const HOPELESS = new Set([
  'access_denied',
  'unknown_database',
  'schema_missing',
  'schema_unexpected',
  'privilege_missing',
]);

/**
 * The same database for waiting: a look is given up after ten seconds, because a server that takes longer is frozen and
 * another one may not be; and it is retried where the trouble can be told. The caller closes it.
 */
export function databaseForWaiting(
  database: Database,
  { once, deadline }: Pick<WaitRequest, 'once' | 'deadline'>,
): Database {
  const { limits } = database.options;
  return database.with({
    deadline: once ? deadlineIn(limits.statementSeconds) : deadline,
    limits: { ...limits, statementSeconds: LOOK_SECONDS, causalSeconds: LOOK_SECONDS, retrySeconds: 1 },
  });
}

/**
 * Waits until operations have ended. One statement a look, however many operations there are; on Galera one more, which
 * makes the node catch up first. The loss of the database is waited out, and so is that of one node of several.
 *
 * Never throws for what happens while it waits: an interruption, a deadline and a database that is lost are outcomes.
 *
 * @param database from `databaseForWaiting`
 */
export async function wait(database: Database, request: WaitRequest, hooks: WaitHooks): Promise<WaitResult> {
  return new Watch(database, request, hooks).run();
}

class Watch {
  readonly #options: WaitOptions;
  #progress: WaitProgress;
  #failure: SfOpsError | null = null;
  #consistency: ReadConsistency | null = null;
  #side: Side | null = null;
  /** Unix seconds of the last look that was answered. */
  #lookedAt: number | null = null;
  /** When the first of the looks began that have failed since, in seconds of this wait. */
  #troubleSince: number | null = null;
  readonly #began = steadySeconds();

  constructor(
    private readonly database: Database,
    private readonly request: WaitRequest,
    private readonly hooks: WaitHooks,
  ) {
    this.#options = {
      operations: 'operations' in request.subject ? request.subject.operations : null,
      any: request.any,
      failFast: request.failFast,
      newOnly: request.newOnly,
      once: request.once,
    };
    this.#progress = beginWait(this.#options);
  }

  async run(): Promise<WaitResult> {
    const { deadline, once, intervalSeconds } = this.request;
    const { signal } = this.database.options;
    const rounds = poll({ every: intervalSeconds, deadline: once ? deadlineIn(0) : deadline, signal });
    for await (const { isLast } of rounds) {
      const began = this.#elapsed();
      const failure = await this.#failureOfLook();
      if (failure === null) {
        await this.hooks.onProgress?.(this.#progress);
        const outcome = outcomeOf(this.#progress, this.#options);
        if (outcome !== null) return this.#result(outcome);
        continue;
      }
      const next = this.#afterFailure(failure, began, isLast);
      if (next === 'end') break;
      if (next === 'give up') return this.#result('unknown');
      this.hooks.onTrouble?.(failure);
    }
    if (signal.aborted) return this.#result('interrupted');
    return this.#result(outcomeAtDeadline(this.#progress, this.#options));
  }

  /** Looks. @returns null where the database has answered */
  async #failureOfLook(): Promise<SfOpsError | null> {
    try {
      await this.#look();
    } catch (error) {
      if (error instanceof SfOpsError) return error;
      throw error;
    }
    this.#failure = null;
    this.#troubleSince = null;
    return null;
  }

  /** @param began when the look did, in seconds of this wait */
  #afterFailure(failure: SfOpsError, began: number, isLast: boolean): 'end' | 'give up' | 'look again' {
    if (failure instanceof InterruptedError) return 'end';
    const { once, deadline } = this.request;
    const isCut = failure instanceof DeadlineError;
    const isLate = !once && (isCut || deadline.remaining() < TIMER_SLACK_SECONDS);
    if (isLate && this.#isAlive(began)) return 'end';
    // That time is over says less than why it was not enough.
    if (!isCut) this.#failure = failure;
    else this.#failure ??= failure;
    this.#troubleSince ??= began;
    const isHopeless = isLate || isLast || !this.#isWorthRetrying(failure, this.#troubleSince);
    return isHopeless ? 'give up' : 'look again';
  }

  async #look(): Promise<void> {
    const { subject } = this.request;
    const { waited } = this.#progress;
    const description = await this.database.describe();
    const at = this.hooks.now();
    const began = this.#elapsed();
    const operations = [...waited.values()]
      .filter(({ outcome }) => outcome === 'pending')
      .map(({ uuid }) => uuid);
    const seen = await this.database.read(async (session) => {
      if ('operations' in subject)
        return lookAtOperations(session, description, { operations, objects: null });
      const references = subject.objects;
      this.#side ??= await cheaperSide(session, description, which(references));
      const since = (this.#lookedAt ?? at) - CLOCK_SKEW_SECONDS;
      const objects = { references, side: this.#side, since };
      return lookAtOperations(session, description, { operations, objects });
    });
    if (this.#elapsed() - began > SLOW_SECONDS) this.#side = null;
    this.#lookedAt = at;
    this.#consistency = await this.database.readConsistency();
    const look = { at, causal: this.#consistency.causal, seen };
    this.#progress = observe(this.#progress, look, this.#options);
  }

  /** Whether the deadline passed while the server was at work, and not because it had stopped to answer. */
  #isAlive(began: number): boolean {
    const hasAnswered = this.#lookedAt !== null && this.#troubleSince === null;
    return hasAnswered && this.#elapsed() - began < ANSWERS_WITHIN_SECONDS;
  }

  #isWorthRetrying(error: SfOpsError, since: number): boolean {
    if (!isPassingTrouble(error) || this.#options.once) return false;
    const { retrySeconds } = this.request;
    const allowed = retrySeconds ?? (this.#lookedAt === null ? 0 : RETRY_SECONDS);
    return this.#elapsed() - since < allowed;
  }

  #elapsed(): number {
    return steadySeconds() - this.#began;
  }

  #result(outcome: WaitOutcome): WaitResult {
    return {
      outcome,
      progress: this.#progress,
      waitedSeconds: Math.round(this.#elapsed() * 1000) / 1000,
      failure: outcome === 'unknown' ? this.#failure : null,
      readConsistency: this.#consistency,
    };
  }
}

/** Whether the database may answer again by itself. */
export function isPassingTrouble(error: SfOpsError): boolean {
  return error instanceof UnavailableError && !HOPELESS.has(error.word);
}
