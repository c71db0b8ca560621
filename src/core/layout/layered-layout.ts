import { assignColumns, type Columns, type LayoutEdge } from './columns.js';
import { isotonic } from './isotonic.js';

export interface Point {
  x: number;
  y: number;
}

export interface LayoutSize {
  /** Of a node's box. */
  width: number;
  height: number;
  /** Between two columns, in which the edges run. */
  columnGap: number;
  /** Between two boxes of a column. */
  rowGap: number;
}

export interface Layout {
  /** The upper left corner of each node's box. */
  nodes: ReadonlyMap<string, Point>;
  /** For each edge, in the order given, the points that it runs through, beginning at `from`. */
  edges: readonly (readonly Point[])[];
  width: number;
  height: number;
}

/** A place in a column: a node's box, or where a long edge passes. */
interface Place {
  node: string | null;
  column: number;
  height: number;
  before: Place[];
  after: Place[];
  /** Within its column, from above. */
  rank: number;
  /** Its middle. */
  y: number;
}

const SWEEPS = 8;
const PASSAGE_HEIGHT = 6;
/** When long edges would need more passages than this, they are drawn straight. */
const MOST_PASSAGES = 20_000;

/**
 * Where to draw the nodes of a directed graph: in columns, edges to the right, with few crossings. Sugiyama's method in
 * a simple form: break cycles, give each node a column, thread long edges through the columns between, order each column
 * by the middle of its neighbours, move each node towards its neighbours.
 *
 * Parts that are not connected are drawn below each other, the largest first.
 */
export function layeredLayout(
  nodes: readonly string[],
  edges: readonly LayoutEdge[],
  size: LayoutSize,
): Layout {
  const columns = assignColumns(nodes, edges);
  const positions = new Map<string, Point>();
  const routes = new Map<number, readonly Point[]>();
  const { parts, alone } = components(nodes, edges);
  let top = 0;
  let width = 0;
  for (const part of parts) {
    const drawn = drawPart(part, edges, columns, size);
    for (const [node, { x, y }] of drawn.nodes) positions.set(node, { x, y: y + top });
    for (const [edge, points] of drawn.edges)
      routes.set(
        edge,
        points.map(({ x, y }) => ({ x, y: y + top })),
      );
    top += drawn.height + 2 * size.rowGap;
    width = Math.max(width, drawn.width);
  }
  const step = size.width + size.columnGap;
  const perRow = Math.max(1, Math.round(width / step), Math.ceil(Math.sqrt(alone.length / 4)));
  alone.forEach((node, index) => {
    const [x, y] = [(index % perRow) * step, top + Math.floor(index / perRow) * (size.height + size.rowGap)];
    positions.set(node, { x, y });
    width = Math.max(width, x + size.width);
  });
  const lowest = Math.max(0, ...[...positions.values()].map(({ y }) => y + size.height));
  return { nodes: positions, edges: edges.map((_, index) => routes.get(index) ?? []), width, height: lowest };
}

interface Part {
  nodes: string[];
  /** Indices. */
  edges: number[];
}

/** The parts of the graph that hang together, the largest first, and the nodes without any edge. */
function components(
  nodes: readonly string[],
  edges: readonly LayoutEdge[],
): { parts: Part[]; alone: string[] } {
  const parent = new Map(nodes.map((node) => [node, node]));
  const find = (node: string): string => {
    let root = node;
    while (parent.get(root) !== root) root = parent.get(root)!;
    for (let current = node; current !== root;) {
      const next = parent.get(current)!;
      parent.set(current, root);
      current = next;
    }
    return root;
  };
  for (const { from, to } of edges) parent.set(find(from), find(to));
  const parts = new Map<string, Part>();
  for (const node of nodes) {
    const root = find(node);
    if (!parts.has(root)) parts.set(root, { nodes: [], edges: [] });
    parts.get(root)!.nodes.push(node);
  }
  edges.forEach(({ from }, index) => parts.get(find(from))!.edges.push(index));
  const all = [...parts.values()];
  return {
    parts: all.filter((part) => part.edges.length > 0).sort((a, b) => b.nodes.length - a.nodes.length),
    alone: all.filter((part) => part.edges.length === 0).flatMap((part) => part.nodes),
  };
}

interface DrawnPart {
  nodes: Map<string, Point>;
  edges: Map<number, Point[]>;
  width: number;
  height: number;
}

function drawPart(part: Part, edges: readonly LayoutEdge[], columns: Columns, size: LayoutSize): DrawnPart {
  const { places, byNode, threads } = placesOf(part, edges, columns, size);
  const rows = inColumns(places);
  orderColumns(rows);
  moveColumns(rows, size.rowGap);
  const highest = Math.min(...places.map(({ y, height }) => y - height / 2));
  const left = Math.min(...places.map(({ column }) => column));
  const xOf = ({ column }: Place): number => (column - left) * (size.width + size.columnGap);
  for (const place of places) place.y -= highest;
  const nodes = new Map<string, Point>();
  for (const [node, place] of byNode) nodes.set(node, { x: xOf(place), y: place.y - size.height / 2 });
  const routes = new Map<number, Point[]>();
  for (const [index, thread] of threads) {
    const points = thread.flatMap((place, position): Point[] => {
      const [near, far] = [xOf(place), xOf(place) + size.width].map((x) => ({ x, y: place.y })) as [
        Point,
        Point,
      ];
      if (position === 0) return [far];
      return position === thread.length - 1 ? [near] : [near, far];
    });
    routes.set(index, columns.backwards.has(index) ? points.reverse() : points);
  }
  for (const index of part.edges) {
    const { from, to } = edges[index]!;
    if (from === to) routes.set(index, loop(byNode.get(from)!, xOf(byNode.get(from)!) + size.width));
  }
  return {
    nodes,
    edges: routes,
    width: Math.max(...places.map((place) => xOf(place) + size.width)),
    height: Math.max(...places.map(({ y, height }) => y + height / 2)),
  };
}

/** Out of the box's right side and back into it. */
function loop({ y }: Place, right: number): Point[] {
  return [
    { x: right, y: y - 6 },
    { x: right + 18, y: y - 10 },
    { x: right + 18, y: y + 10 },
    { x: right, y: y + 6 },
  ];
}

/** A place for each node, and for each column that an edge passes; `threads`: the places of each edge from left to right. */
function placesOf(
  part: Part,
  edges: readonly LayoutEdge[],
  { columnOf, backwards }: Columns,
  { height }: LayoutSize,
): { places: Place[]; byNode: Map<string, Place>; threads: Map<number, Place[]> } {
  const places: Place[] = [];
  const add = (node: string | null, column: number): Place => {
    const place = {
      node,
      column,
      height: node === null ? PASSAGE_HEIGHT : height,
      before: [],
      after: [],
      rank: 0,
      y: 0,
    };
    places.push(place);
    return place;
  };
  const byNode = new Map(part.nodes.map((node) => [node, add(node, columnOf.get(node)!)]));
  const threads = new Map<number, Place[]>();
  let passages = 0;
  for (const index of part.edges) {
    const { from, to } = edges[index]!;
    if (from === to) continue;
    const ends = [byNode.get(from)!, byNode.get(to)!] as const;
    const [start, end] = backwards.has(index) ? [ends[1], ends[0]] : ends;
    const thread = [start];
    for (let column = start.column + 1; column < end.column && passages < MOST_PASSAGES; column += 1) {
      passages += 1;
      thread.push(add(null, column));
    }
    thread.push(end);
    for (const [position, place] of thread.slice(1).entries()) {
      place.before.push(thread[position]!);
      thread[position]!.after.push(place);
    }
    threads.set(index, thread);
  }
  return { places, byNode, threads };
}

/** The places of each column, in the order in which a walk from the left first meets them: trees stay together. */
function inColumns(places: readonly Place[]): Place[][] {
  const columns = new Map<number, Place[]>();
  const met = new Set<Place>();
  for (const root of [...places].sort((a, b) => a.column - b.column)) {
    const stack = [root];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (met.has(place)) continue;
      met.add(place);
      if (!columns.has(place.column)) columns.set(place.column, []);
      columns.get(place.column)!.push(place);
      stack.push(...[...place.after].reverse());
    }
  }
  return [...columns.entries()].sort(([a], [b]) => a - b).map(([, column]) => column);
}

function orderColumns(columns: readonly Place[][]): void {
  const number = (column: readonly Place[]): void => column.forEach((place, rank) => (place.rank = rank));
  for (const column of columns) number(column);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const toRight = sweep % 2 === 0;
    for (const column of toRight ? columns : [...columns].reverse()) {
      const middles = new Map(
        column.map((place) => [
          place,
          mean((toRight ? place.before : place.after).map(({ rank }) => rank)) ?? place.rank,
        ]),
      );
      column.sort((a, b) => middles.get(a)! - middles.get(b)! || a.rank - b.rank);
      number(column);
    }
  }
}

/** Each place as near to the middle of its neighbours as the others of its column let it. */
function moveColumns(columns: readonly Place[][], gap: number): void {
  for (const column of columns)
    settle(
      column,
      column.map(() => 0),
      gap,
    );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isLast = sweep === SWEEPS - 1;
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wishes = column.map((place) => {
        const near = isLast
          ? [...place.before, ...place.after]
          : sweep % 2 === 0
            ? place.before
            : place.after;
        return mean(near.map(({ y }) => y)) ?? place.y;
      });
      settle(column, wishes, gap);
    }
  }
}

function settle(column: readonly Place[], wishes: readonly number[], gap: number): void {
  let offset = 0;
  const offsets = column.map(({ height }, index) => {
    if (index > 0) offset += (column[index - 1]!.height + height) / 2 + gap;
    return offset;
  });
  const settled = isotonic(wishes.map((wish, index) => wish - offsets[index]!));
  column.forEach((place, index) => (place.y = settled[index]! + offsets[index]!));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
