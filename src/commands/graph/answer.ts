import { ExitCode } from '../../core/exit-codes.js';
import { treeLines, type GraphEdge, type TreeLine } from '../../core/operations/operation-graph.js';
import { answerOf, type AnyAnswer, type Style } from '../../render/answer.js';
import { svgFile } from '../../render/svg.js';
import { dotText, mermaidText } from './graph-languages.js';
import {
  conditionOfNode,
  graphSentence,
  meaningOfState,
  objectOfNode,
  type Meaning,
  type NamedGraph,
} from './graph-nodes.js';
import { graphDrawing } from './graph-svg.js';

export type { NamedGraph } from './graph-nodes.js';

const STYLES: Readonly<Record<Meaning, Style | undefined>> = {
  active: undefined,
  good: 'good',
  bad: 'bad',
  warning: 'warning',
  dim: 'dim',
};

/** @param now unix seconds */
export function graphAnswer(named: NamedGraph, now: number): AnyAnswer {
  const { graph, names } = named;
  const { nodes, edges, cycles, truncated } = graph;
  const lines = treeLines(graph);
  const what = ({ node, note }: TreeLine): string =>
    note === 'cycle' ? 'waits for itself' : note === 'above' ? 'see above' : node.tasks.join(', ');
  return answerOf<TreeLine>({
    columns: [
      {
        name: 'operation_uuid',
        heading: 'OPERATION',
        value: ({ node }) => node.uuid,
        display: ({ node, stem }) => `${stem}${names.uuid(node.uuid)}`,
        style: ({ node }) => (node.asked ? 'strong' : undefined),
      },
      {
        name: 'operation_type',
        heading: 'TYPE',
        value: ({ node }) => node.operationType,
        priority: 4,
      },
      {
        name: 'state',
        heading: 'STATE',
        value: ({ node }) => (node.missing ? 'missing' : node.state),
        display: ({ node }) => conditionOfNode(node, now),
        style: ({ node }) => STYLES[meaningOfState(node)],
      },
      {
        name: 'kind',
        heading: 'WAITED FOR',
        value: ({ kind }) => kind,
        display: ({ kind }) =>
          kind === 'runs_after' ? 'to end' : kind === 'depends_on' ? 'to complete' : '',
        priority: 2,
      },
      {
        name: 'object',
        heading: 'OBJECT',
        value: ({ node }) => objectOfNode(node, named),
        shrink: 'middle',
        comfort: 24,
        priority: 1,
        peopleOnly: true,
      },
      {
        name: 'tasks',
        heading: 'TASKS',
        value: ({ node }) => node.tasks.join(' '),
        display: what,
        shrink: 'end',
        comfort: 34,
        priority: 3,
      },
    ],
    rows: lines,
    record: ({ node, kind, note }) => ({ ...nodeDocument(node), kind, note }),
    json: {
      document: () => ({ nodes: nodes.map(nodeDocument), edges: edges.map(edgeDocument), cycles, truncated }),
    },
    empty: 'No operation is recorded, and none is pending.',
    after: () =>
      nodes.length === 0
        ? []
        : [{ text: `${graphSentence(graph)}.`, style: cycles.length > 0 ? 'bad' : 'dim' }],
    exitCode: ExitCode.OK,
    special: {
      tree: { text: () => treeText(lines, named, now) },
      dot: { text: () => dotText(named, now) },
      mermaid: { text: () => mermaidText(named, now) },
      svg: { text: () => svgFile(graphDrawing(named, now)) },
    },
  });
}

function nodeDocument(node: NamedGraph['graph']['nodes'][number]): object {
  const { uuid, operationType, state, since, tasks, missing, asked } = node;
  return { uuid, operation_type: operationType, state, missing, state_since: since, tasks, asked };
}

function edgeDocument({ from, to, kind }: GraphEdge): object {
  return { from, to, kind };
}

/** The tree without the columns of a table: for a mail, a ticket, a file. */
function* treeText(lines: readonly TreeLine[], named: NamedGraph, now: number): Iterable<string> {
  for (const { node, stem, note, kind } of lines) {
    const parts = [
      named.names.uuid(node.uuid),
      node.operationType,
      conditionOfNode(node, now),
      objectOfNode(node, named),
      node.tasks.join(', '),
      ...(kind === 'runs_after' ? ['(runs after it)'] : []),
      ...(note === null ? [] : [note === 'cycle' ? '(waits for itself)' : '(see above)']),
    ];
    yield `${stem}${parts.filter((part) => part !== '').join('  ')}\n`;
  }
}
