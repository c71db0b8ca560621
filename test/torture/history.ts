import type { Action, AskedObject, MarkedRequest } from './plan.js';

/** An operation that `enqueue` has vouched for. */
export interface VouchedOperation {
  mark: string;
  uuid: string;
  /** Written now; false for one that was there: by the same uuid, or adopted. */
  isCreated: boolean;
  isAdopted: boolean;
  targets: string[];
}

/** An operation as one look at the database shows it. */
export interface SeenOperation {
  uuid: string;
  operationType: string;
  states: number;
  targets: number;
}

export type Outcome =
  | { kind: 'written'; operations: VouchedOperation[] }
  /** Reported as fact: nothing of it is there. */
  | { kind: 'not written'; word: string }
  /** Reported as what it is (exit 69, `outcome_unknown`). */
  | { kind: 'unknown' }
  | { kind: 'changed' }
  /** The change may or may not have happened: the worker's business. */
  | { kind: 'not changed'; word: string }
  | { kind: 'active'; operations: string[] }
  | { kind: 'seen'; operations: SeenOperation[] }
  /** Reported as "cannot tell". */
  | { kind: 'no answer'; word: string };

/** Times are milliseconds on the machine's one monotonic clock. */
export interface Step {
  session: number;
  action: Action;
  /** The operation that the action took. */
  touched: string | null;
  invokedAt: number;
  /** Infinity for a step that was never acknowledged: its process was killed. */
  endedAt: number;
  outcome: Outcome | null;
}

/** An operation and all of its rows, when everything has come to rest. */
export interface RestingOperation extends SeenOperation {
  mark: string | null;
  networkUuid: string | null;
  tasks: string[];
  state: string | null;
  workRows: number;
}

export interface History {
  seed: number;
  steps: Step[];
  atRest: RestingOperation[];
}

export type { Action, AskedObject, MarkedRequest };
