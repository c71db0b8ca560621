import { cycleThrough } from '../../core/operations/dependency-graph.js';
import { findCycles } from '../../core/operations/operation-graph.js';
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
  const edges = operations.flatMap(({ record: { uuid: from, dependsOn, runsAfter } }) =>
    [...dependsOn, ...runsAfter]
      .filter(({ uuid }) => byUuid.has(uuid))
      .map(({ uuid: to, kind }) => ({ from, to, kind })),
  );
  const graph = new Map<Uuid, Uuid[]>();
  for (const { from, to } of edges) graph.set(from, [...(graph.get(from) ?? []), to]);
  const cycles: Uuid[][] = [];
  for (const group of findCycles([...byUuid.keys()], edges)) {
    const seen = new Set<Uuid>();
    for (const uuid of group) {
      if (seen.has(uuid)) continue;
      const cycle = cycleThrough(graph, uuid)!;
      for (const member of cycle) seen.add(member);
      cycles.push(cycle);
    }
  }
  return cycles.map((cycle) => cycle.map((uuid) => byUuid.get(uuid)!).sort(byAge));
}

function byAge({ record: a }: ActiveOperation, { record: b }: ActiveOperation): number {
  return (a.header?.createdAt ?? 0) - (b.header?.createdAt ?? 0);
}
