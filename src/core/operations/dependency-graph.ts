import type { Uuid } from '../uuid.js';

/** Which operations wait for which, as far as they were read: operation → those that it waits for. */
export type DependencyGraph = ReadonlyMap<Uuid, readonly Uuid[]>;

/**
 * The circle of operations that wait for each other which this one is part of: from itself to the last one before it
 * comes back to itself. Null where it is in none. Of several circles the shortest, so that the answer can be read.
 */
export function cycleThrough(graph: DependencyGraph, start: Uuid): Uuid[] | null {
  const cameFrom = new Map<Uuid, Uuid>();
  const queue: Uuid[] = [start];
  for (const current of queue) {
    for (const next of graph.get(current) ?? []) {
      if (next === start) return pathTo(current, start, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, current);
      queue.push(next);
    }
  }
  return null;
}

function pathTo(end: Uuid, start: Uuid, cameFrom: ReadonlyMap<Uuid, Uuid>): Uuid[] {
  const path: Uuid[] = [];
  for (let current: Uuid | undefined = end; current !== undefined; current = cameFrom.get(current)) {
    path.push(current);
    if (current === start) break;
  }
  return path.reverse();
}
