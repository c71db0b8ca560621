import type { GraphNode } from '../../core/operations/operation-graph.js';
import { isActive } from '../../core/operations/state.js';
import type { Uuid } from '../../core/uuid.js';

/** How operations are called in a picture: short, and unique in it. */
export interface NodeNames {
  operation(uuid: Uuid): string;
}

/** The colour of a state; a word says the same beside it. */
export function meaningOfState({
  state,
  missing,
}: Pick<GraphNode, 'state' | 'missing'>): 'active' | 'good' | 'bad' | 'warning' | 'dim' {
  if (missing || state === 'error') return 'bad';
  if (isActive(state)) return 'active';
  if (state === 'complete') return 'good';
  return state === 'abort' ? 'warning' : 'dim';
}
