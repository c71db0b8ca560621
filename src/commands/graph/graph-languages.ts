import type { GraphNode } from '../../core/operations/operation-graph.js';
import { printable } from '../../render/printable.js';
import {
  conditionOfNode,
  meaningOfState,
  objectOfNode,
  type Meaning,
  type NamedGraph,
} from './graph-nodes.js';

const COLORS: Readonly<Record<Meaning, string>> = {
  active: '#0969da',
  good: '#1a7f37',
  bad: '#cf222e',
  warning: '#9a6700',
  dim: '#656d76',
};

/** For Graphviz. */
export function* dotText(named: NamedGraph, now: number): Iterable<string> {
  const { nodes, edges } = named.graph;
  yield 'digraph operations {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=monospace, fontsize=10];\n';
  for (const node of nodes) {
    const attributes = [
      `label=${quoted(labelLines(node, named, now).join('\n'))}`,
      `color=${quoted(COLORS[meaningOfState(node)])}`,
      ...(node.missing ? ['style="rounded,dashed"'] : []),
      ...(node.asked ? ['penwidth=2'] : []),
    ];
    yield `  ${quoted(node.uuid)} [${attributes.join(', ')}];\n`;
  }
  for (const { from, to, kind } of edges)
    yield `  ${quoted(from)} -> ${quoted(to)}${kind === 'runs_after' ? ' [style=dashed]' : ''};\n`;
  yield '}\n';
}

/** A quoted name of Graphviz's language; its line ends are written `\n`. */
function quoted(text: string): string {
  return `"${text
    .split('\n')
    .map((line) => printable(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"'))
    .join('\\n')}"`;
}

/** For Mermaid, as Markdown pages and tickets draw it. */
export function* mermaidText(named: NamedGraph, now: number): Iterable<string> {
  const { nodes, edges } = named.graph;
  const ids = new Map(nodes.map(({ uuid }, index) => [uuid, `n${index}`]));
  yield 'graph LR\n';
  for (const node of nodes) {
    const label = labelLines(node, named, now).map(mermaidEscaped).join('<br/>');
    yield `  ${ids.get(node.uuid)}["${label}"]:::${meaningOfState(node)}\n`;
  }
  for (const { from, to, kind } of edges)
    yield `  ${ids.get(from)} ${kind === 'runs_after' ? '-.->' : '-->'} ${ids.get(to)}\n`;
  for (const [meaning, color] of Object.entries(COLORS)) yield `  classDef ${meaning} stroke:${color}\n`;
}

/** Entities in Mermaid's own spelling; everything that could end the label or begin a tag. */
function mermaidEscaped(text: string): string {
  return printable(text).replace(/[^\p{L}\p{N} _.,:/·-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function labelLines(node: GraphNode, named: NamedGraph, now: number): string[] {
  return [
    `${named.names.uuid(node.uuid)} ${node.operationType}`,
    [conditionOfNode(node, now), objectOfNode(node, named)].filter((part) => part !== '').join(' · '),
    node.tasks.join(', '),
  ].filter((line) => line !== '');
}
