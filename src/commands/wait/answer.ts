import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import { createdAtOf, type OperationRecord } from '../../core/operations/operation-record.js';
import { exitCodeOfWait, isFolded, type Waited, type WaitOutcome } from '../../core/operations/wait.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { WaitRequest, WaitResult } from '../../operations/wait.js';
import { answerOf, type AnyAnswer, type Style } from '../../render/answer.js';
import { errorDocument } from '../operation-documents.js';
import { conditionOf, countsText, operationText, type Known } from './story.js';

export interface WaitReport {
  result: WaitResult;
  request: Pick<WaitRequest, 'subject' | 'once'>;
  known: Known;
  warnings: readonly string[];
}

/** One line for people and for `plain`, one object for JSON, however the wait has ended. */
export function waitAnswer(report: WaitReport): AnyAnswer {
  const { result, request } = report;
  const { outcome } = result;
  const row = waitRow(report);
  return answerOf<WaitRow>({
    columns: [
      { name: 'outcome', heading: 'OUTCOME', value: (row) => row.outcome },
      { name: 'waited_seconds', heading: 'WAITED', value: (row) => row.waited_seconds },
      { name: 'summary', heading: 'SUMMARY', value: (row) => row.summary },
    ],
    rows: only(row),
    json: { document: () => documentOf(report) },
    record: () => documentOf(report),
    block: ({ outcome: word, summary }) => [{ text: `${word}: ${summary}`, style: STYLES[outcome] }],
    // The signal's own code is put in its place by whoever heard the signal.
    exitCode: outcome === 'interrupted' ? ExitCode.INTERRUPTED : exitCodeOfWait(outcome, request.once),
  });
}

interface WaitRow {
  outcome: WaitOutcome;
  waited_seconds: number;
  summary: string;
}

const STYLES: Readonly<Record<WaitOutcome, Style>> = {
  complete: 'good',
  failed: 'bad',
  aborted: 'bad',
  gone: 'warning',
  timeout: 'warning',
  unknown: 'warning',
  interrupted: 'warning',
};

/** The answer is known: no signal takes it back. */
async function* only(row: WaitRow): AsyncGenerator<WaitRow> {
  yield row;
}

function waitRow(report: WaitReport): WaitRow {
  const { outcome, waitedSeconds } = report.result;
  const time = waitedSeconds < 1 ? '' : `, ${formatDuration(waitedSeconds)}`;
  return { outcome, waited_seconds: waitedSeconds, summary: `${sentence(report)}${time}` };
}

function sentence({ result, known, request }: WaitReport): string {
  const { progress, failure, outcome } = result;
  const waited = [...progress.waited.values()];
  const [only, second] = waited;
  if (failure !== null) return failure.message;
  if (only === undefined) {
    if (outcome !== 'complete') return 'nothing has come yet';
    return 'operations' in request.subject ? 'nothing was waited for' : 'nothing is pending';
  }
  if (second === undefined) return `${operationText(only, known)}${detail(only, known)}`;
  // The one that explains the outcome, then all of them.
  const telling = outcome === 'complete' ? undefined : waited.find((one) => one.outcome === outcome);
  const counts = `${waited.length} operations: ${countsText(waited.map(conditionOf))}`;
  return telling === undefined
    ? counts
    : `${operationText(telling, known)}${detail(telling, known)}; ${counts}`;
}

/** What there is to say of an end beside its word. */
function detail(one: Waited, { records }: Known): string {
  const { outcome, seen } = one;
  const error = records.get(one.uuid)?.error ?? null;
  switch (outcome) {
    case 'failed':
      return `: ${error?.message ?? seen?.message ?? 'no error report'}`;
    case 'gone':
      if (seen === null) return ': there is no such operation';
      return seen.state === 'deleted'
        ? ' was deleted'
        : ` was ${seen.state ?? 'without a state'} when last seen`;
    case 'pending':
      return ` is ${conditionOf(one)}`;
    case 'aborted':
      return seen?.message ? `: ${seen.message}` : '';
    case 'complete':
      return isFolded(one) ? ', together with a sibling' : '';
  }
}

function documentOf({ result, request, known, warnings }: WaitReport): object {
  const { outcome, progress, waitedSeconds, failure, readConsistency } = result;
  return {
    outcome,
    waited_seconds: waitedSeconds,
    operations: [...progress.waited.values()].map((one) =>
      operationDocument(one, known.records.get(one.uuid)),
    ),
    ...('objects' in request.subject
      ? {
          objects: request.subject.objects.map(({ typeName, uuid }) => ({
            object_type: valueOfObjectType(typeName),
            uuid,
          })),
        }
      : {}),
    read_consistency: readConsistency,
    warnings,
    ...(failure === null
      ? {}
      : {
          error: {
            code: failure.word,
            message: failure.message,
            hint: failure.hint ?? null,
            exit_code: failure.exitCode,
          },
        }),
  };
}

function operationDocument(one: Waited, record: OperationRecord | undefined): object {
  const { uuid, outcome, seen, lastSeenAt } = one;
  const error = record?.error ?? null;
  return {
    operation_uuid: uuid,
    operation_type: record?.type ?? seen?.operationType ?? null,
    outcome,
    state: seen?.state ?? null,
    state_since: seen?.since ?? null,
    message: seen?.message ?? null,
    folded: isFolded(one),
    last_seen_at: lastSeenAt,
    tasks: record?.header?.stored.tasks ?? [],
    priority: record?.header?.priority ?? null,
    created_at: record === undefined ? null : createdAtOf(record),
    targets: (record?.targets ?? []).map((target) => ({ object_type: target.objectType, uuid: target.uuid })),
    error: error === null ? null : errorDocument(error),
  };
}
