import { formatDuration } from '../../core/duration.js';
import type { NetworkAnswer } from '../../core/gate/gate-answer.js';
import type { Names } from '../../core/names.js';
import { blockerClause } from '../../core/operations/blocker-clause.js';
import { createdAtOf, type OperationRecord } from '../../core/operations/operation-record.js';
import type { ReadConsistency } from '../../database/database.js';
import type { Incident } from '../../operations/incident.js';
import type { Drawing } from '../../render/svg.js';
import { mermaidText } from '../graph/graph-languages.js';
import type { NamedGraph } from '../graph/graph-nodes.js';
import { graphDrawing } from '../graph/graph-svg.js';
import { timelineDrawing } from '../timeline/timeline-svg.js';
import { lifetimeSentence } from '../timeline/words.js';

/** Everything that a report is made from. */
export interface ReportMaterial {
  incident: Incident;
  /** All that are not deleted. */
  networks: readonly NetworkAnswer[];
  names: Names;
  /** The database's name. */
  database: string;
  readConsistency: ReadConsistency;
}

/** A report as it is laid out, whatever it is written in. */
export interface Page {
  title: string;
  /** What it covers, and who answered. */
  facts: readonly string[];
  totals: readonly { number: number; what: string; isBad: boolean }[];
  sections: readonly Section[];
  /** What was not looked at. */
  unseen: readonly string[];
}

export interface Section {
  title: string;
  /** Said instead of the table where there is nothing. */
  empty: string;
  table?: { headings: readonly string[]; rows: readonly (readonly string[])[]; hidden: number };
  /** Long texts, each below a heading of its own. */
  texts?: readonly { title: string; text: string }[];
  pictures?: readonly Picture[];
}

export interface Picture {
  title: string;
  drawing: Drawing;
  /** The same for those who read text: lines, or a program of Mermaid. */
  inWords: { lines: readonly string[] } | { mermaid: string };
}

const ROWS_AT_MOST = 400;
const TRACEBACKS_AT_MOST = 40;
const TRACEBACK_CHARACTERS = 4_000;
const MESSAGE_CHARACTERS = 500;
const DRAWN_AT_MOST = 200;

export function reportPage(material: ReportMaterial): Page {
  const { incident, networks, database, readConsistency } = material;
  const { failed, stuck, pending, since, now } = incident;
  const notOkay = networks.filter(({ okay }) => okay !== true);
  return {
    title: 'Shaken Fist incident report',
    facts: [
      `${timeText(since)} to ${timeText(now)} (${formatDuration(now - since)}).`,
      `Database ${database}, answered by ${readConsistency.node}${readConsistency.causal ? '' : ', which may be behind'}.`,
    ],
    totals: [
      { number: failed.length, what: 'failed or aborted', isBad: failed.length > 0 },
      { number: stuck.length, what: 'stuck', isBad: stuck.length > 0 },
      { number: pending, what: 'pending', isBad: false },
      { number: notOkay.length, what: `of ${networks.length} networks not okay`, isBad: notOkay.length > 0 },
    ],
    sections: [
      stuckSection(material),
      failedSection(material),
      networksSection(material, notOkay),
      queuesSection(material),
      timelinesSection(material),
      graphSection(material),
    ],
    unseen: [
      ...incident.unseen,
      'Only the database was asked: bridges, dnsmasq and mesh were not looked at.',
      'Shaken Fist deletes operations soon after they end, other than those that failed.',
    ],
  };
}

/** `2026-11-24 03:41:17 UTC`. */
function timeText(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  if (Number.isNaN(date.getTime())) return String(unixSeconds);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function stuckSection({ incident: { stuck, now }, names }: ReportMaterial): Section {
  return {
    title: 'Stuck, and why',
    empty: 'Nothing is stuck.',
    table: tableOf(['Operation', 'Object', 'Tasks', 'Waits', 'Why', 'More'], stuck, ({ record, blocker }) => [
      ...identity(record, names),
      formatDuration(now - (createdAtOf(record) ?? now)),
      `It ${blockerClause(blocker, now, names)}.`,
      `sf-ops explain ${names.uuid(record.uuid)}`,
    ]),
  };
}

function failedSection({ incident: { failed }, names }: ReportMaterial): Section {
  const withTraceback = failed.filter(({ record }) => record.error?.traceback);
  return {
    title: 'Failed or aborted',
    empty: 'Nothing failed.',
    table: tableOf(['Operation', 'Object', 'Tasks', 'When', 'State', 'Message'], failed, ({ record }) => [
      ...identity(record, names),
      timeText(record.state?.since ?? 0),
      record.state?.value ?? '-',
      shortened(record.error?.message ?? record.state?.message ?? '-', MESSAGE_CHARACTERS),
    ]),
    texts: withTraceback.slice(0, TRACEBACKS_AT_MOST).map(({ record }) => ({
      title: `${names.uuid(record.uuid)}: ${shortened(record.error?.message ?? 'error', 80)}`,
      text: shortened(
        [record.error!.code, record.error!.originClass, record.error!.traceback].filter(Boolean).join('\n'),
        TRACEBACK_CHARACTERS,
      ),
    })),
  };
}

function networksSection({ names }: ReportMaterial, notOkay: readonly NetworkAnswer[]): Section {
  return {
    title: 'Networks that are not okay',
    empty: 'Every network is okay, as far as the database tells.',
    table: tableOf(['Network', 'Verdict', 'Pending', 'Why'], notOkay, (network) => [
      names.object('network', network.network_uuid),
      network.verdict,
      String(network.pending.length),
      network.reason,
    ]),
  };
}

function queuesSection({ incident: { queues, now }, names }: ReportMaterial): Section {
  return {
    title: 'Queues',
    empty: 'No queue holds any work.',
    table: tableOf(
      ['Queue', 'Ready', 'Put off', 'Claimed', 'Stuck', 'Oldest', 'Drained'],
      queues,
      (queue) => [
        names.queue(queue.queueName),
        ...[queue.ready, queue.deferred, queue.claimed, queue.stuck].map(String),
        queue.oldestDueAt === null ? '-' : formatDuration(Math.max(0, now - queue.oldestDueAt)),
        queue.drained === null ? 'not known' : queue.drained ? 'yes' : `no: ${queue.reason ?? ''}`,
      ],
    ),
  };
}

function timelinesSection({ incident: { timelines, now }, names }: ReportMaterial): Section {
  return {
    title: 'Timelines',
    empty: 'No object to show.',
    pictures: timelines
      .filter(({ lifetimes }) => lifetimes.length > 0)
      .map(({ subject, lifetimes }) => ({
        title: names.object(subject.objectType, subject.uuid),
        drawing: timelineDrawing({ subject, lifetimes, isCut: false, names, now }),
        inWords: {
          lines: lifetimes.map(
            (one) =>
              `${timeText(one.createdAt)} ${names.uuid(one.uuid)} ${one.operationType ?? '-'} ${lifetimeSentence(one, now)}`,
          ),
        },
      })),
  };
}

function graphSection({ incident: { graph, now, stuck, failed }, names }: ReportMaterial): Section {
  const title = 'Who waits for whom';
  if (graph === null) return { title, empty: 'Nothing waits for what failed or is stuck.' };
  const targets = new Map(
    [...stuck, ...failed].flatMap(({ record }) =>
      record.targets.slice(0, 1).map((target) => [record.uuid, target]),
    ),
  );
  const nodes = graph.nodes.slice(0, DRAWN_AT_MOST);
  const drawn = new Set(nodes.map(({ uuid }) => uuid));
  const edges = graph.edges.filter(({ from, to }) => drawn.has(from) && drawn.has(to));
  const truncated = graph.truncated || nodes.length < graph.nodes.length;
  const named: NamedGraph = { graph: { ...graph, nodes, edges, truncated }, targets, names };
  return {
    title,
    empty: '',
    pictures: [
      {
        title: 'What waits stands left of what it waits for',
        drawing: graphDrawing(named, now),
        inWords: { mermaid: [...mermaidText(named, now)].join('') },
      },
    ],
  };
}

function identity(record: OperationRecord, names: Names): string[] {
  const [target] = record.targets;
  const more = record.targets.length > 1 ? ` and ${record.targets.length - 1} more` : '';
  return [
    `${names.uuid(record.uuid)} ${record.type ?? '-'}`,
    target === undefined ? '-' : names.object(target.objectType, target.uuid) + more,
    record.header?.stored.tasks.join(', ') || '-',
  ];
}

function tableOf<Row>(
  headings: readonly string[],
  rows: readonly Row[],
  cells: (row: Row) => readonly string[],
): NonNullable<Section['table']> {
  const shown = rows.slice(0, ROWS_AT_MOST);
  return { headings, rows: shown.map(cells), hidden: rows.length - shown.length };
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
