/** A directed edge between nodes that are known by name. */
export interface LayoutEdge {
  from: string;
  to: string;
}

/** In which column each node stands, from 0 at the left, and which edges run to the left because of a cycle. */
export interface Columns {
  columnOf: ReadonlyMap<string, number>;
  /** Indices of edges. An edge of a node to itself is in no column and not in here. */
  backwards: ReadonlySet<number>;
}

/** Each node stands right of all that lead to it, as near as can be to what it leads to. */
export function assignColumns(nodes: readonly string[], edges: readonly LayoutEdge[]): Columns {
  const backwards = backwardEdges(nodes, edges);
  const after = new Map<string, string[]>(nodes.map((node) => [node, []]));
  const waiting = new Map<string, number>(nodes.map((node) => [node, 0]));
  edges.forEach((edge, index) => {
    if (edge.from === edge.to) return;
    const [left, right] = backwards.has(index) ? [edge.to, edge.from] : [edge.from, edge.to];
    after.get(left)!.push(right);
    waiting.set(right, waiting.get(right)! + 1);
  });
  const columnOf = new Map<string, number>(nodes.map((node) => [node, 0]));
  const order = nodes.filter((node) => waiting.get(node) === 0);
  for (const node of order) {
    for (const next of after.get(node)!) {
      columnOf.set(next, Math.max(columnOf.get(next)!, columnOf.get(node)! + 1));
      waiting.set(next, waiting.get(next)! - 1);
      if (waiting.get(next) === 0) order.push(next);
    }
  }
  for (const node of order.reverse()) {
    const nearest = after.get(node)!.reduce((least, next) => Math.min(least, columnOf.get(next)!), Infinity);
    if (nearest !== Infinity) columnOf.set(node, nearest - 1);
  }
  return { columnOf, backwards };
}

/** The edges that close a cycle, as a walk into the depth meets them. */
function backwardEdges(nodes: readonly string[], edges: readonly LayoutEdge[]): Set<number> {
  const from = new Map<string, number[]>(nodes.map((node) => [node, []]));
  edges.forEach((edge, index) => from.get(edge.from)!.push(index));
  const backwards = new Set<number>();
  const state = new Map<string, 'open' | 'done'>();
  for (const root of nodes) {
    if (state.has(root)) continue;
    state.set(root, 'open');
    const path = [{ node: root, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const index = from.get(top.node)![top.next++];
      if (index === undefined) {
        state.set(top.node, 'done');
        path.pop();
        continue;
      }
      const { to } = edges[index]!;
      if (to === top.node) continue;
      if (state.get(to) === 'open') backwards.add(index);
      if (state.has(to)) continue;
      state.set(to, 'open');
      path.push({ node: to, next: 0 });
    }
  }
  return backwards;
}
