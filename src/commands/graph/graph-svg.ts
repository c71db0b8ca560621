import { layeredLayout, type Point } from '../../core/layout/layered-layout.js';
import type { GraphEdge, GraphNode } from '../../core/operations/operation-graph.js';
import { CHARACTER_WIDTH, element, escapeMarkup, round, type Drawing } from '../../render/svg.js';
import { cutEnd, displayWidth } from '../../render/width.js';
import {
  conditionOfNode,
  graphSentence,
  meaningOfState,
  objectOfNode,
  type NamedGraph,
} from './graph-nodes.js';

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
export function graphDrawing(named: NamedGraph, now: number): Drawing {
  const { nodes, edges, cycles } = named.graph;
  const layout = layeredLayout(
    nodes.map(({ uuid }) => uuid),
    edges,
    BOX,
  );
  const cycleOf = new Map(cycles.flatMap((cycle, index) => cycle.map((uuid) => [uuid, index] as const)));
  const isCircling = ({ from, to }: GraphEdge): boolean =>
    cycleOf.has(from) && cycleOf.get(from) === cycleOf.get(to);
  const heading = graphSentence(named.graph);
  const drawnEdges = edges.map((edge, index) => drawEdge(edge, layout.edges[index]!, isCircling(edge)));
  const drawnNodes = nodes.map((node) => drawNode(node, layout.nodes.get(node.uuid)!, named, now));
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

function drawNode(node: GraphNode, { x, y }: Point, named: NamedGraph, now: number): string {
  const meaning = meaningOfState(node);
  const classes = ['box', ...(node.asked ? ['asked'] : []), ...(node.missing ? ['missing'] : [])].join(' ');
  const condition = conditionOfNode(node, now);
  const tasks = node.tasks.join(', ');
  const whole = [node.uuid, node.operationType, condition, objectOfNode(node, named), tasks].join(' ');
  const first = `${named.names.uuid(node.uuid)} ${node.operationType}`;
  const where = objectOfNode(node, named) || tasks;
  const room = ROOM - displayWidth(condition) - 2;
  return element(
    'g',
    { transform: `translate(${round(x)} ${round(y)})` },
    element('title', {}, escapeMarkup(whole)),
    element('rect', { width: BOX.width, height: BOX.height, rx: 5, class: classes }),
    element('rect', { x: 0, y: 5, width: 4, height: BOX.height - 10, class: meaning }),
    element('text', { x: 12, y: 16, class: 'strong' }, escapeMarkup(cutEnd(first, ROOM, '…'))),
    element(
      'text',
      { x: 12, y: 30 },
      element('tspan', { class: meaning }, escapeMarkup(condition)),
      room < 6 ? '' : element('tspan', { class: 'dim' }, escapeMarkup(`  ${cutEnd(where, room, '…')}`)),
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
