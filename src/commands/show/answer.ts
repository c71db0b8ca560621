import { ExitCode } from '../../core/exit-codes.js';
import type { Names } from '../../core/names.js';
import { jsonOrText } from '../../core/json.js';
import { isStuck } from '../../core/operations/blocker.js';
import { blockerClause, IN_FULL } from '../../core/operations/blocker-clause.js';
import { explanationSentence, remediesOf, stepsOf } from '../../core/operations/explanation.js';
import { createdAtOf, decisiveWorkRow, workRowsOf } from '../../core/operations/operation-record.js';
import type { ShownOperation, ShownOperations } from '../../operations/show.js';
import { answerOf, type AnyAnswer, type NextCommand } from '../../render/answer.js';
import {
  blockerDocument,
  errorDocument,
  queueDocument,
  relatedDocument,
  targetDocument,
} from '../operation-documents.js';
import { showLines } from './screen.js';

export interface ShowOptions {
  /** Unix seconds. */
  now: number;
  traceback: boolean;
}

export function showAnswer(
  { operations, names }: ShownOperations,
  { now, traceback }: ShowOptions,
): AnyAnswer {
  return answerOf<ShownOperation>({
    columns: [
      { name: 'operation_uuid', heading: 'OPERATION', value: ({ record }) => record.uuid },
      { name: 'operation_type', heading: 'TYPE', value: ({ record }) => record.type },
      { name: 'state', heading: 'STATE', value: ({ record }) => record.state?.value ?? null },
      { name: 'state_since', heading: 'SINCE', value: ({ record }) => record.state?.since ?? null },
      {
        name: 'tasks',
        heading: 'TASKS',
        value: ({ record }) => (record.header?.stored.tasks ?? []).join(' '),
      },
      { name: 'priority', heading: 'PRIORITY', value: ({ record }) => record.header?.priority ?? null },
      { name: 'created_at', heading: 'CREATED', value: ({ record }) => createdAtOf(record) },
      {
        name: 'targets',
        heading: 'TARGETS',
        value: ({ record }) =>
          record.targets.map((target) => `${target.objectType}/${target.uuid}`).join(' '),
      },
      { name: 'reason', heading: 'REASON', value: ({ blocker }) => blocker.reason },
      { name: 'sentence', heading: 'WHY', value: ({ blocker }) => blockerClause(blocker, now) },
    ],
    rows: operations,
    json: { rows: 'operations' },
    record: (operation) => operationDocument(operation, names, now),
    block: (operation, look) => [
      ...(operation === operations[0] ? [] : ['']),
      ...showLines(operation, names, { now, traceback, look }),
    ],
    next: () => nextOf(operations, names),
    exitCode: ExitCode.OK,
  });
}

/** What helps one operation that does not go on, or that has failed. */
function nextOf([operation, ...others]: readonly ShownOperation[], names: Names): NextCommand | null {
  if (operation === undefined || others.length > 0) return null;
  const { record, blocker, chain } = operation;
  const hasFailed = blocker.reason === 'failed';
  if (!isStuck(blocker) && !hasFailed) return null;
  // It is shown here already.
  const remedies = remediesOf({ record, blocker }, chain, names).filter(
    ({ command }) => !command.startsWith('sf-ops show '),
  );
  const command = stepsOf(remedies);
  if (command === null) return null;
  const [{ host } = {}] = remedies;
  const where = host === undefined ? '' : ` on ${host}`;
  return { label: `${hasFailed ? 'Again' : 'Mend'}${where}`, command };
}

function operationDocument(operation: ShownOperation, names: Names, now: number): object {
  const { record, blocker, chain, events, requiredBy } = operation;
  const { header, state, work } = record;
  const createdAt = createdAtOf(record);
  const decisive = decisiveWorkRow(record);
  return {
    operation_uuid: record.uuid,
    operation_type: record.type,
    state: state?.value ?? null,
    state_since: state?.since ?? null,
    state_message: state?.message ?? null,
    tasks: header?.stored.tasks ?? [],
    priority: header?.priority ?? null,
    created_at: createdAt,
    age_seconds: createdAt === null ? null : Math.max(0, Math.round((now - createdAt) * 1000) / 1000),
    metadata: header === null ? null : jsonOrText(header.metadataJson),
    queue: decisive === null ? null : queueDocument(decisive),
    work_rows: 'value' in work ? workRowsOf(record).map(queueDocument) : null,
    targets: record.targets.map((target) => targetDocument(target, names)),
    depends_on: record.dependsOn.map(relatedDocument),
    runs_after: record.runsAfter.map(relatedDocument),
    required_by:
      'value' in requiredBy
        ? requiredBy.value.map((related) => ({ ...relatedDocument(related), kind: related.kind }))
        : null,
    error: record.error === null ? null : errorDocument(record.error),
    events: events.map((event) => ({
      event_uuid: event.eventUuid,
      event_type: event.type,
      timestamp: event.timestamp,
      fqdn: event.fqdn,
      duration: event.duration,
      message: event.message,
      extra: event.extra === null ? null : jsonOrText(event.extra),
    })),
    blocker: blockerDocument(blocker, explanationSentence(blocker, chain, now, IN_FULL)),
  };
}
