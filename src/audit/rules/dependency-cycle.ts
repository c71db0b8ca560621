import { cycleThrough, type DependencyGraph } from '../../core/operations/dependency-graph.js';
import type { Uuid } from '../../core/uuid.js';
import type { ActiveOperation } from './facts.js';
import { auditRule, counted, operationSubject, type Problem } from './rule.js';

export const dependencyCycle = auditRule({
  id: 'dependency-cycle',
  topic: 'activity',
  severity: 'error',
  title: 'no operations wait for each other in a circle',
  why: 'Each waits for the next to end, so none of them ever begins, and all of them hold their objects.',
  examples: ['Operations were written with runs_after or depends_on that lead back to themselves.'],
  remedy: 'sf-ops graph OPERATION shows the circle; sf-ops abort one of them.',
  fix: 'aborts the newest operation of the circle',
  found: (count) =>
    `${counted(count, 'operation waits for itself', 'operations wait for each other')} in a circle.`,
  none: 'No operations wait for each other in a circle.',
  look: ({ operations }) =>
    cyclesOf(operations).flatMap((cycle) =>
      cycle.map((operation): Problem => {
        const uuids = cycle.map(({ record: { uuid } }) => uuid);
        return {
          ...operationSubject(operation.record),
          detail: uuids.length === 1 ? 'waits for itself' : `in a circle of ${uuids.length}`,
          remedy: `sf-ops graph ${operation.record.uuid}`,
          evidence: { cycle: uuids },
        };
      }),
    ),
});

/** Every circle once, its operations from the oldest to the newest. */
export function cyclesOf(operations: readonly ActiveOperation[]): ActiveOperation[][] {
  const byUuid = new Map(operations.map((operation) => [operation.record.uuid, operation]));
  const edges = new Map<Uuid, readonly Uuid[]>();
  for (const { record } of operations) {
    const waitsFor = [...record.dependsOn, ...record.runsAfter].map(({ uuid }) => uuid);
    edges.set(
      record.uuid,
      waitsFor.filter((uuid) => byUuid.has(uuid)),
    );
  }
  const cycles: ActiveOperation[][] = [];
  const seen = new Set<Uuid>();
  for (const uuid of onCircles(edges)) {
    if (seen.has(uuid)) continue;
    const cycle = cycleThrough(edges, uuid);
    for (const member of cycle ?? []) seen.add(member);
    if (cycle !== null) cycles.push(cycle.map((member) => byUuid.get(member)!).sort(byAge));
  }
  return cycles;
}

/**
 * The operations that are on a circle, or between two: those that wait for nothing, and those that nothing waits for,
 * cannot be, and neither can what remains without a neighbour when they are taken away.
 */
function onCircles(edges: DependencyGraph): Set<Uuid> {
  return peeled(peeled(new Set(edges.keys()), edges), reversed(edges));
}

function peeled(nodes: ReadonlySet<Uuid>, edges: DependencyGraph): Set<Uuid> {
  const left = new Set(nodes);
  const backwards = reversed(edges);
  const degree = new Map(
    [...left].map((uuid) => [uuid, (edges.get(uuid) ?? []).filter((to) => left.has(to)).length]),
  );
  const free = [...left].filter((uuid) => degree.get(uuid) === 0);
  for (const uuid of free) {
    left.delete(uuid);
    for (const from of backwards.get(uuid) ?? []) {
      if (!left.has(from)) continue;
      degree.set(from, degree.get(from)! - 1);
      if (degree.get(from) === 0) free.push(from);
    }
  }
  return left;
}

function reversed(edges: DependencyGraph): Map<Uuid, Uuid[]> {
  const backwards = new Map<Uuid, Uuid[]>();
  for (const [from, list] of edges)
    for (const to of list) backwards.set(to, [...(backwards.get(to) ?? []), from]);
  return backwards;
}

function byAge({ record: a }: ActiveOperation, { record: b }: ActiveOperation): number {
  return (a.header?.createdAt ?? 0) - (b.header?.createdAt ?? 0);
}
