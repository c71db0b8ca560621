/** States in which an operation holds the objects that it targets (database contract, section 6). */
export const ACTIVE_STATES = ['queued', 'preflight', 'executing'] as const;

/** States that an operation does not leave, except to be deleted. */
export const TERMINAL_STATES = ['complete', 'abort', 'error', 'deleted'] as const;

export type ActiveState = (typeof ACTIVE_STATES)[number];
export type TerminalState = (typeof TERMINAL_STATES)[number];
export type OperationState = ActiveState | TerminalState;

/**
 * Which state may follow which (operations contract, section 4); the database enforces none of it, each writer must.
 * `preflight` counts as active wherever Shaken Fist asks, but its own table leads neither to it nor away from it.
 */
const SUCCESSORS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  queued: ['executing', 'deleted', 'error', 'abort'],
  preflight: [],
  executing: ['complete', 'deleted', 'error', 'abort', 'queued'],
  complete: ['deleted'],
  abort: ['deleted'],
  error: ['deleted'],
  deleted: [],
};

/** A state that is neither active nor terminal (unknown, or no state row: null) answers false here and to `isTerminal`. */
export function isActive(state: string | null): state is ActiveState {
  return (ACTIVE_STATES as readonly (string | null)[]).includes(state);
}

export function isTerminal(state: string | null): state is TerminalState {
  return (TERMINAL_STATES as readonly (string | null)[]).includes(state);
}

/** Whether a writer may set `to` on an operation that is in `from`; null = the operation has no state yet. */
export function isLegalTransition(from: string | null, to: OperationState): boolean {
  if (from === null) return to === 'queued';
  return (isActive(from) || isTerminal(from)) && SUCCESSORS[from].includes(to);
}
