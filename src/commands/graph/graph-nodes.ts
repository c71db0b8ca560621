import { formatDuration } from '../../core/duration.js';
import type { Names } from '../../core/names.js';
import type { GraphNode, OperationGraph } from '../../core/operations/operation-graph.js';
import { isActive } from '../../core/operations/state.js';
import type { Uuid } from '../../core/uuid.js';

/** A graph with what its operations and their objects are called. */
export interface NamedGraph {
  graph: OperationGraph;
  /** The first target of each operation, as far as it was looked up. */
  targets: ReadonlyMap<Uuid, { objectType: string; uuid: Uuid }>;
  names: Names;
}

export type Meaning = 'active' | 'good' | 'bad' | 'warning' | 'dim';

/** What the colour of a state says; a word says the same beside it. */
export function meaningOfState({ state, missing }: Pick<GraphNode, 'state' | 'missing'>): Meaning {
  if (missing || state === 'error') return 'bad';
  if (isActive(state)) return 'active';
  if (state === 'complete') return 'good';
  return state === 'abort' ? 'warning' : 'dim';
}

/** `queued 40m`, `missing`. */
export function conditionOfNode({ state, since, missing }: GraphNode, now: number): string {
  if (missing) return 'missing';
  return `${state ?? 'no state'}${since === null ? '' : ` ${formatDuration(now - since)}`}`;
}

/** `instance/web-2`, or nothing where no target is known. */
export function objectOfNode({ uuid }: GraphNode, { targets, names }: NamedGraph): string {
  const target = targets.get(uuid);
  return target === undefined ? '' : names.object(target.objectType, target.uuid);
}

/** `18 operations · 17 dependencies · 1 cycle`. */
export function graphSentence({ nodes, edges, cycles, truncated }: OperationGraph): string {
  const missing = nodes.filter((node) => node.missing).length;
  return [
    count(nodes.length, 'operation', 'operations'),
    count(edges.length, 'dependency', 'dependencies'),
    ...(cycles.length > 0 ? [count(cycles.length, 'cycle', 'cycles')] : []),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(truncated ? ['there are more, which are not shown'] : []),
  ].join(' · ');
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
