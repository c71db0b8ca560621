import { formatDuration } from '../../core/duration.js';
import { layeredLayout, type Point } from '../../core/layout/layered-layout.js';
import type { GraphEdge, GraphNode, OperationGraph } from '../../core/operations/operation-graph.js';
import { CHARACTER_WIDTH, element, escapeMarkup, round, type Drawing } from '../../render/svg.js';
import { cutEnd } from '../../render/width.js';
import { meaningOfState, type NodeNames } from './graph-nodes.js';

const BOX = { width: 236, height: 38, columnGap: 64, rowGap: 12 };
const MARGIN = 16;
const HEADING = 44;
const ROOM = Math.floor((BOX.width - 20) / CHARACTER_WIDTH);

const STYLE = `.box{fill:var(--box);stroke:var(--line)}.asked{stroke:var(--ink);stroke-width:2}.missing{stroke-dasharray:4 3}
.edge{fill:none;stroke:var(--dim);stroke-width:1.2}.after{stroke-dasharray:5 4}.circling{stroke:var(--bad);stroke-width:1.8}
.head{fill:var(--dim)}.circlinghead{fill:var(--bad)}`;

/**
 * The graph as a picture: what waits stands left of what it waits for.
 *
 * @param now unix seconds
 */
export function graphDrawing(graph: OperationGraph, names: NodeNames, now: number): Drawing {
  const { nodes, edges, cycles } = graph;
  const layout = layeredLayout(
    nodes.map(({ uuid }) => uuid),
    edges,
    BOX,
  );
  const cycleOf = new Map(cycles.flatMap((cycle, index) => cycle.map((uuid) => [uuid, index] as const)));
  const isCircling = ({ from, to }: GraphEdge): boolean =>
    cycleOf.has(from) && cycleOf.get(from) === cycleOf.get(to);
  const heading = headingOf(graph);
  const drawnEdges = edges.map((edge, index) => drawEdge(edge, layout.edges[index]!, isCircling(edge)));
  const drawnNodes = nodes.map((node) => drawNode(node, layout.nodes.get(node.uuid)!, names, now));
  const content = element(
    'g',
    { transform: `translate(${MARGIN} ${HEADING})` },
    ...drawnEdges,
    ...drawnNodes,
  );
  const legend = drawLegend();
  return {
    width: Math.max(layout.width, heading.length * CHARACTER_WIDTH, legend.width) + 2 * MARGIN,
    height: layout.height + HEADING + MARGIN,
    title: heading,
    style: STYLE,
    body: [
      element('text', { x: MARGIN, y: 18, class: 'strong' }, escapeMarkup(heading)),
      legend.markup,
      content,
    ].join('\n'),
  };
}

export function headingOf({ nodes, edges, cycles, truncated }: OperationGraph): string {
  const missing = nodes.filter((node) => node.missing).length;
  return [
    count(nodes.length, 'operation'),
    `${count(edges.length, 'dependency', 'dependencies')}`,
    ...(cycles.length > 0 ? [count(cycles.length, 'cycle')] : []),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(truncated ? ['there are more'] : []),
  ].join(' · ');
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function drawNode(node: GraphNode, { x, y }: Point, names: NodeNames, now: number): string {
  const { state, missing } = node;
  const meaning = meaningOfState(node);
  const classes = ['box', ...(node.asked ? ['asked'] : []), ...(missing ? ['missing'] : [])].join(' ');
  const age = node.since === null ? '' : ` ${formatDuration(now - node.since)}`;
  const first = `${names.operation(node.uuid)} ${node.operationType}`;
  const condition = `${missing ? 'missing' : (state ?? 'no state')}${missing ? '' : age}`;
  const tasks = cutEnd(node.tasks.join(', '), Math.max(0, ROOM - condition.length - 2), '…');
  return element(
    'g',
    { transform: `translate(${round(x)} ${round(y)})` },
    element(
      'title',
      {},
      escapeMarkup(`${node.uuid} ${node.operationType} ${condition} ${node.tasks.join(', ')}`),
    ),
    element('rect', { width: BOX.width, height: BOX.height, rx: 5, class: classes }),
    element('rect', { x: 0, y: 5, width: 4, height: BOX.height - 10, class: meaning }),
    element('text', { x: 12, y: 16, class: 'strong' }, escapeMarkup(cutEnd(first, ROOM, '…'))),
    element(
      'text',
      { x: 12, y: 30 },
      element('tspan', { class: meaning }, escapeMarkup(condition)),
      element('tspan', { class: 'dim' }, escapeMarkup(tasks === '' ? '' : `  ${tasks}`)),
    ),
  );
}

/** From right to left through the gaps of the columns, straight through the columns themselves. */
function drawEdge({ kind }: GraphEdge, points: readonly Point[], isCircling: boolean): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    path +=
      last.y === point.y
        ? `H${round(point.x)}`
        : `C${round(middle)} ${round(last.y)} ${round(middle)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    last = point;
  }
  const before = points.at(-2) ?? first;
  const direction = before.x <= last.x ? -1 : 1;
  const classes = ['edge', ...(kind === 'runs_after' ? ['after'] : []), ...(isCircling ? ['circling'] : [])];
  const head = `M${round(last.x)} ${round(last.y)}l${7 * direction} -4v8z`;
  return (
    element('path', { d: path, class: classes.join(' ') }) +
    element('path', { d: head, class: isCircling ? 'circlinghead' : 'head' })
  );
}

function drawLegend(): { markup: string; width: number } {
  const entries = [
    ['active', 'queued, executing'],
    ['good', 'complete'],
    ['bad', 'error, missing'],
    ['warning', 'abort'],
  ] as const;
  let x = MARGIN;
  let markup = '';
  for (const [meaning, text] of entries) {
    markup += element('rect', { x, y: 27, width: 8, height: 8, class: meaning });
    markup += element('text', { x: x + 12, y: 35, class: 'dim' }, text);
    x += text.length * CHARACTER_WIDTH + 28;
  }
  const text = 'arrow: waits for; dashed: in order only';
  markup += element('text', { x, y: 35, class: 'dim' }, text);
  return { markup, width: x + text.length * CHARACTER_WIDTH - MARGIN };
}
