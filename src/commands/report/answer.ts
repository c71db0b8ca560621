import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import { blockerClause } from '../../core/operations/blocker-clause.js';
import { createdAtOf } from '../../core/operations/operation-record.js';
import type { TroubledOperation } from '../../operations/incident.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import { htmlText } from './html.js';
import { markdownText } from './markdown.js';
import { reportPage, type ReportMaterial } from './page.js';

/** A row for formats that hold rows: what failed and what is stuck. */
interface Trouble {
  kind: 'failed' | 'stuck';
  operation: TroubledOperation;
}

export function reportAnswer(material: ReportMaterial): AnyAnswer {
  const { incident, networks, names } = material;
  const { failed, stuck, pending, now } = incident;
  const notOkay = networks.filter(({ okay }) => okay !== true).length;
  const why = ({ operation: { blocker } }: Trouble): string => blockerClause(blocker, now, names);
  return answerOf<Trouble>({
    columns: [
      { name: 'kind', heading: 'WHAT', value: ({ kind }) => kind, style: () => 'bad' },
      {
        name: 'operation_uuid',
        heading: 'OPERATION',
        value: ({ operation }) => operation.record.uuid,
        display: ({ operation }) => names.uuid(operation.record.uuid),
      },
      {
        name: 'object',
        heading: 'OBJECT',
        value: ({ operation: { record } }) =>
          record.targets[0] === undefined
            ? null
            : names.object(record.targets[0].objectType, record.targets[0].uuid),
        shrink: 'middle',
        priority: 1,
      },
      { name: 'why', heading: 'WHY', value: why, shrink: 'wrap', least: 20 },
    ],
    rows: [
      ...stuck.map((operation): Trouble => ({ kind: 'stuck', operation })),
      ...failed.map((operation): Trouble => ({ kind: 'failed', operation })),
    ],
    record: ({ kind, operation }) => ({ kind, ...troubleDocument(operation, material) }),
    json: { document: () => reportDocument(material) },
    before: () => [
      `${failed.length} failed in ${formatDuration(now - incident.since)}, ${stuck.length} of ${pending} pending are stuck, ${notOkay} of ${networks.length} networks are not okay.`,
    ],
    after: () => [...incident.unseen],
    next: () => ({ label: 'As a page', command: 'sf-ops report --output incident.html' }),
    exitCode: ExitCode.OK,
    special: {
      html: { text: () => htmlText(reportPage(material)) },
      markdown: { text: () => markdownText(reportPage(material)) },
    },
  });
}

function reportDocument(material: ReportMaterial): object {
  const { incident, networks, readConsistency } = material;
  const { since, now, failed, stuck, pending, queues, timelines, graph, unseen } = incident;
  return {
    since,
    generated_at: now,
    pending,
    failed: failed.map((operation) => troubleDocument(operation, material)),
    stuck: stuck.map((operation) => troubleDocument(operation, material)),
    queues: queues.map((queue) => ({
      queue_name: queue.queueName,
      ready: queue.ready,
      deferred: queue.deferred,
      claimed: queue.claimed,
      stuck: queue.stuck,
      oldest_age_seconds: queue.oldestDueAt === null ? null : Math.max(0, now - queue.oldestDueAt),
      drained: queue.drained,
      reason: queue.reason,
    })),
    networks: networks
      .filter(({ okay }) => okay !== true)
      .map(({ network_uuid, name, namespace, okay, verdict, reason, pending: operations }) => ({
        ...{ network_uuid, name, namespace, okay, verdict, reason },
        pending: operations.length,
      })),
    timelines: timelines.map(({ subject, lifetimes }) => ({
      object_type: subject.objectType,
      uuid: subject.uuid,
      timeline: lifetimes.map((one) => ({
        operation_uuid: one.uuid,
        operation_type: one.operationType,
        created_at: one.createdAt,
        started_at: one.startedAt,
        ended_at: one.endedAt,
        outcome: one.outcome,
      })),
    })),
    graph:
      graph === null
        ? null
        : {
            nodes: graph.nodes.map(({ uuid, operationType, state, missing }) => ({
              ...{ uuid, operation_type: operationType, state, missing },
            })),
            edges: graph.edges,
            cycles: graph.cycles,
            truncated: graph.truncated,
          },
    not_looked_at: unseen,
    read_consistency: readConsistency,
  };
}

function troubleDocument(
  { record, blocker }: TroubledOperation,
  { incident, names }: ReportMaterial,
): object {
  const { error } = record;
  return {
    operation_uuid: record.uuid,
    operation_type: record.type,
    state: record.state?.value ?? null,
    state_since: record.state?.since ?? null,
    tasks: record.header?.stored.tasks ?? [],
    created_at: createdAtOf(record),
    targets: record.targets.map(({ objectType, uuid }) => ({
      object_type: objectType,
      uuid,
      name: names.nameOf(uuid),
    })),
    reason: blocker.reason,
    sentence: blockerClause(blocker, incident.now, names),
    error:
      error === null
        ? null
        : {
            code: error.code,
            message: error.message,
            details: error.details,
            origin_class: error.originClass,
            traceback: error.traceback,
          },
  };
}
