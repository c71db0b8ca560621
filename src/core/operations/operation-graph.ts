import type { Uuid } from '../uuid.js';

/** An operation in a picture of who waits for whom. Times are unix seconds. */
export interface GraphNode {
  uuid: Uuid;
  /** As far as any row tells it; a missing operation has the type by which it is waited for. */
  operationType: string;
  /** Null where it has no state. */
  state: string | null;
  /** Of the last change of state. */
  since: number | null;
  tasks: readonly string[];
  /** Waited for, and not there (any more). */
  missing: boolean;
  /** It was asked for. */
  asked: boolean;
}

export interface GraphEdge {
  /** The operation that waits. */
  from: Uuid;
  to: Uuid;
  kind: 'depends_on' | 'runs_after';
}

export interface OperationGraph {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Operations that wait for each other, each list in no particular order; one that waits for itself is alone in its list. */
  cycles: readonly (readonly Uuid[])[];
  /** Whether there is more than was read. */
  truncated: boolean;
}

/**
 * The groups of operations that wait for each other: none of them can ever run. Tarjan's strongly connected components,
 * without recursion: a chain of ten thousand is legal.
 */
export function findCycles(uuids: readonly Uuid[], edges: readonly GraphEdge[]): Uuid[][] {
  const next = adjacency(edges);
  const index = new Map<Uuid, number>();
  const low = new Map<Uuid, number>();
  const onStack = new Set<Uuid>();
  const stack: Uuid[] = [];
  const cycles: Uuid[][] = [];
  for (const root of uuids) {
    if (index.has(root)) continue;
    const path: { uuid: Uuid; edge: number }[] = [];
    const enter = (uuid: Uuid): void => {
      index.set(uuid, index.size);
      low.set(uuid, index.get(uuid)!);
      stack.push(uuid);
      onStack.add(uuid);
      path.push({ uuid, edge: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { uuid } = top;
      const successor = next.get(uuid)?.[top.edge++];
      if (successor !== undefined) {
        if (!index.has(successor)) enter(successor);
        else if (onStack.has(successor)) low.set(uuid, Math.min(low.get(uuid)!, index.get(successor)!));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low.set(parent.uuid, Math.min(low.get(parent.uuid)!, low.get(uuid)!));
      if (low.get(uuid) !== index.get(uuid)) continue;
      const component = stack.splice(stack.lastIndexOf(uuid));
      for (const member of component) onStack.delete(member);
      if (component.length > 1 || (next.get(uuid) ?? []).includes(uuid)) cycles.push(component);
    }
  }
  return cycles;
}

/** Operation → those that it waits for. */
function adjacency(edges: readonly GraphEdge[]): Map<Uuid, Uuid[]> {
  const next = new Map<Uuid, Uuid[]>();
  for (const { from, to } of edges) listOf(next, from).push(to);
  return next;
}

/** A line of the graph as an indented tree: an operation below the one that waits for it. */
export interface TreeLine {
  node: GraphNode;
  /** What is drawn before it. */
  stem: string;
  /** Null for the operation that stands at the root. */
  kind: GraphEdge['kind'] | null;
  /** What it waits for is not drawn again: it stands above, or it waits for itself through this line. */
  note: 'above' | 'cycle' | null;
}

/**
 * The graph as trees, each from an operation for which none waits down to those for which none is waited. What several
 * wait for is drawn whole once.
 */
export function treeLines({ nodes, edges, cycles }: Omit<OperationGraph, 'truncated'>): TreeLine[] {
  const byUuid = new Map(nodes.map((node) => [node.uuid, node]));
  const below = new Map<Uuid, GraphEdge[]>();
  for (const edge of edges) listOf(below, edge.from).push(edge);
  const waitedFor = new Set(edges.map(({ to }) => to));
  const circling = new Set(cycles.flat());
  const lines: TreeLine[] = [];
  const drawn = new Set<Uuid>();
  const draw = (root: GraphNode): void => {
    const path = new Set<Uuid>();
    // A stack of what is left to draw, so that a long chain does not end in a call stack; `leave` ends an operation's path.
    type Step = { edge: GraphEdge | null; node: GraphNode; indent: string; stem: string } | { leave: Uuid };
    const steps: Step[] = [{ edge: null, node: root, indent: '', stem: '' }];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      if ('leave' in step) {
        path.delete(step.leave);
        continue;
      }
      const { edge, node, indent, stem } = step;
      const children = below.get(node.uuid) ?? [];
      const note = path.has(node.uuid)
        ? 'cycle'
        : drawn.has(node.uuid) && children.length > 0
          ? 'above'
          : null;
      lines.push({ node, stem, kind: edge?.kind ?? null, note });
      if (note !== null) continue;
      drawn.add(node.uuid);
      path.add(node.uuid);
      steps.push({ leave: node.uuid });
      for (const [position, child] of [...children.entries()].reverse()) {
        const isLast = position === children.length - 1;
        steps.push({
          edge: child,
          node: byUuid.get(child.to)!,
          indent: `${indent}${isLast ? '   ' : '│  '}`,
          stem: `${indent}${isLast ? '└─ ' : '├─ '}`,
        });
      }
    }
  };
  for (const node of nodes) if (!waitedFor.has(node.uuid)) draw(node);
  // What is left hangs on a cycle: begin with the operation that was asked for, else with one of the cycle.
  const left = nodes.filter(({ uuid }) => !drawn.has(uuid));
  for (const node of [...left].sort((a, b) => Number(b.asked) - Number(a.asked))) {
    if (!drawn.has(node.uuid) && (node.asked || circling.has(node.uuid))) draw(node);
  }
  return lines;
}

function listOf<T>(lists: Map<Uuid, T[]>, uuid: Uuid): T[] {
  const list = lists.get(uuid) ?? [];
  lists.set(uuid, list);
  return list;
}
