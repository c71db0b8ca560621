import type { Uuid } from '../uuid.js';
import { createdAtOf, decisiveWorkRow, type OperationRecord } from './operation-record.js';
import { isActive, isTerminal } from './state.js';

/** A change of an operation's state that an event tells of; unix seconds. */
export interface StateChange {
  at: number;
  state: string;
}

/** When an operation came, began and ended, as far as the database tells. Times are unix seconds. */
export interface Lifetime {
  uuid: Uuid;
  /** Null where no row tells it. */
  operationType: string | null;
  tasks: readonly string[];
  state: string | null;
  createdAt: number;
  /** Of its last run; null where it has not begun, or nothing tells when. */
  startedAt: number | null;
  /** Null where it has not ended, or nothing tells when. */
  endedAt: number | null;
  outcome: LifetimeOutcome;
}

/** The state that it ended in; `pending` where it has not, and `gone` where its rows are. */
export type LifetimeOutcome = 'complete' | 'error' | 'abort' | 'deleted' | 'pending' | 'gone' | 'unknown';

/**
 * The state row tells the last change only: an operation that executes began then, and one that has ended ended then.
 * When an ended one began is told by events, where Shaken Fist wrote them, and by nothing else.
 *
 * @param changes from events, in any order
 */
export function lifetimeOf(record: OperationRecord, changes: readonly StateChange[]): Lifetime {
  const { state, header } = record;
  const value = state?.value ?? null;
  const createdAt = createdAtOf(record) ?? state?.since ?? 0;
  const endedAt = isTerminal(value) ? state!.since : null;
  return {
    uuid: record.uuid,
    operationType: record.type,
    tasks: header?.stored.tasks ?? [],
    state: value,
    createdAt,
    startedAt: startOf(record, changes, endedAt),
    endedAt,
    outcome: outcomeOf(record),
  };
}

function startOf(
  record: OperationRecord,
  changes: readonly StateChange[],
  endedAt: number | null,
): number | null {
  const { state } = record;
  if (state?.value === 'executing') return state.since;
  if (endedAt === null) return decisiveWorkRow(record)?.claimedAt ?? null;
  const starts = changes.filter((change) => change.state === 'executing' && change.at <= endedAt);
  return starts.length === 0 ? null : Math.max(...starts.map(({ at }) => at));
}

function outcomeOf({ state }: OperationRecord): LifetimeOutcome {
  if (state === null) return 'gone';
  if (isTerminal(state.value)) return state.value;
  return isActive(state.value) ? 'pending' : 'unknown';
}
