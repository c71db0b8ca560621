import { ExitCode } from '../exit-codes.js';
import type { Uuid } from '../uuid.js';
import { isActive, isTerminal } from './state.js';

/** What a worker writes as the message of an operation that it completed together with another. */
const FOLDED = 'coalesced into sibling op';

/** How long an operation that nobody has seen yet is looked for. */
const NEVER_SEEN_SECONDS = 1;
/** The same on a server that may lag behind what was committed elsewhere: a replica. */
const LAGGING_SECONDS = 10;

/** An operation as one look at the database found it. */
export interface SeenOperation {
  uuid: Uuid;
  operationType: string;
  state: string | null;
  /** Unix seconds of the last change of state. */
  since: number | null;
  message: string | null;
}

export interface Look {
  /** Unix seconds. */
  at: number;
  /** Whether the server knew everything that was committed before the look. */
  causal: boolean;
  /** The operations that are waited for, and all that are active on, or new on, the objects that are waited for. */
  seen: readonly SeenOperation[];
}

export interface WaitOptions {
  /** The operations to wait for; null to wait for what is pending on objects. */
  operations: readonly Uuid[] | null;
  /** Ends with the first operation that ends. */
  any: boolean;
  /** Ends with the first operation that does not complete. */
  failFast: boolean;
  /** Objects only: leaves alone what was there at the first look, and waits until something new has come and ended. */
  newOnly: boolean;
  /** Looks once: what is not there is not looked for again. */
  once: boolean;
}

export type OperationOutcome = 'pending' | 'complete' | 'failed' | 'aborted' | 'gone';

/** What is known of one operation that is waited for. Times are unix seconds. */
export interface Waited {
  uuid: Uuid;
  outcome: OperationOutcome;
  /** As last seen; null for an operation that was never seen. */
  seen: SeenOperation | null;
  lastSeenAt: number | null;
  /** Of looks that did not find it: when the first of them was. */
  missingSince: number | null;
}

export interface WaitProgress {
  waited: ReadonlyMap<Uuid, Waited>;
  /** Objects only: operations that are not waited for, because they had ended, or were there, at the first look. */
  ignored: ReadonlySet<Uuid>;
  looks: number;
}

export type WaitOutcome = Exclude<OperationOutcome, 'pending'> | 'timeout' | 'unknown' | 'interrupted';

export function beginWait({ operations }: WaitOptions): WaitProgress {
  const waited = new Map<Uuid, Waited>();
  for (const uuid of operations ?? [])
    waited.set(uuid, { uuid, outcome: 'pending', seen: null, lastSeenAt: null, missingSince: null });
  return { waited, ignored: new Set(), looks: 0 };
}

/**
 * What is known after one more look. An outcome is final: whatever becomes of the rows of an operation that has ended,
 * it has ended. An operation that is waiting again after it was executing (deferred) has not.
 */
export function observe(progress: WaitProgress, look: Look, options: WaitOptions): WaitProgress {
  const waited = new Map(progress.waited);
  const ignored = new Set(progress.ignored);
  if (options.operations === null) take(waited, ignored, progress.looks === 0, look, options);
  const found = new Map<Uuid, SeenOperation>();
  // Of several state rows (one without a label beside one with) the active one counts, as it does for Shaken Fist.
  for (const seen of look.seen)
    if (!found.has(seen.uuid) || !isTerminal(seen.state)) found.set(seen.uuid, seen);
  for (const [uuid, one] of waited) {
    if (one.outcome === 'pending') waited.set(uuid, next(one, found.get(uuid), look, options));
  }
  return { waited, ignored, looks: progress.looks + 1 };
}

/** The operations that are still waited for. */
export function pendingOf({ waited }: WaitProgress): Waited[] {
  return [...waited.values()].filter(({ outcome }) => outcome === 'pending');
}

/** How the wait has ended; null while it goes on. */
export function outcomeOf(progress: WaitProgress, options: WaitOptions): WaitOutcome | null {
  if (progress.looks === 0) return null;
  const ended = [...progress.waited.values()].filter(({ outcome }) => outcome !== 'pending');
  if (options.newOnly && ended.length === 0) return null;
  if (options.any && ended.some(({ outcome }) => outcome === 'complete')) return 'complete';
  const worst = worstOf(ended);
  if (worst !== 'complete' && (options.any || options.failFast)) return worst;
  return ended.length === progress.waited.size ? worst : null;
}

/** How a wait that is given up at its deadline has ended: what has failed for certain outweighs what is not known yet. */
export function outcomeAtDeadline(progress: WaitProgress, options: WaitOptions): WaitOutcome {
  const worst = worstOf([...progress.waited.values()]);
  if (worst !== 'complete') return worst;
  const isClear = pendingOf(progress).every(({ seen }) => seen === null || isActive(seen.state));
  return options.once && !isClear ? 'unknown' : 'timeout';
}

/** @param once with `--timeout 0`, a wait that did not end has answered a question: still pending */
export function exitCodeOfWait(outcome: Exclude<WaitOutcome, 'interrupted'>, once: boolean): ExitCode {
  switch (outcome) {
    case 'complete':
      return ExitCode.OK;
    case 'failed':
    case 'aborted':
      return ExitCode.FAILED;
    case 'gone':
      return ExitCode.NOT_FOUND;
    case 'timeout':
      return once ? ExitCode.PENDING : ExitCode.DEADLINE;
    case 'unknown':
      return ExitCode.UNAVAILABLE;
  }
}

/** Whether it was completed together with a sibling instead of being run. */
export function isFolded({ outcome, seen }: Waited): boolean {
  return outcome === 'complete' && (seen?.message?.startsWith(FOLDED) ?? false);
}

/** Adds what is new on the objects; at the first look, what is active there. */
function take(
  waited: Map<Uuid, Waited>,
  ignored: Set<Uuid>,
  isFirst: boolean,
  look: Look,
  { newOnly }: WaitOptions,
): void {
  for (const { uuid, state } of look.seen) {
    if (waited.has(uuid)) continue;
    if (isFirst && (newOnly || isTerminal(state))) ignored.add(uuid);
    const isOld = ignored.has(uuid) && (newOnly || isTerminal(state));
    if (isOld || !(isActive(state) || isTerminal(state))) continue;
    waited.set(uuid, { uuid, outcome: 'pending', seen: null, lastSeenAt: null, missingSince: null });
  }
}

function next(one: Waited, seen: SeenOperation | undefined, look: Look, options: WaitOptions): Waited {
  if (seen !== undefined)
    return { ...one, outcome: outcomeOfState(seen.state), seen, lastSeenAt: look.at, missingSince: null };
  const missingSince = one.missingSince ?? look.at;
  const isGone = look.at - missingSince >= graceSeconds(one, look, options);
  return { ...one, missingSince, outcome: isGone ? 'gone' : 'pending' };
}

/**
 * For how long an operation has to be missing. Finished ones are deleted, so that one which was seen and is missing has
 * ended; one that was never seen may be about to be committed.
 */
function graceSeconds({ seen }: Waited, { causal }: Look, { once }: WaitOptions): number {
  if (once) return 0;
  if (!causal) return LAGGING_SECONDS;
  return seen === null ? NEVER_SEEN_SECONDS : 0;
}

function outcomeOfState(state: string | null): OperationOutcome {
  switch (state) {
    case 'complete':
      return 'complete';
    case 'error':
      return 'failed';
    case 'abort':
      return 'aborted';
    case 'deleted':
      return 'gone';
    default:
      return 'pending';
  }
}

function worstOf(waited: readonly Waited[]): Exclude<OperationOutcome, 'pending'> {
  const outcomes = new Set(waited.map(({ outcome }) => outcome));
  return (['failed', 'aborted', 'gone'] as const).find((outcome) => outcomes.has(outcome)) ?? 'complete';
}
