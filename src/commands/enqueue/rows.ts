import type { SfOpsError } from '../../core/errors.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { Decision } from '../../core/operations/decide.js';
import { targetsOf } from '../../core/operations/operation.js';
import type { OperationRows } from '../../core/operations/operation-rows.js';
import type { LineResult } from '../../operations/enqueue/line-results.js';
import type { Column } from '../../render/answer.js';

/** The answer for one operation: a row of the API. `created_at`: unix seconds. */
export interface EnqueuedRow {
  operation_type: string;
  operation_uuid: string;
  created: boolean;
  reused: boolean;
  dry_run: boolean;
  queue_name: string;
  priority: string;
  tasks: readonly string[];
  targets: { object_type: string; uuid: string }[];
  created_at: number;
  warnings: readonly string[];
  /** With `dry_run` only: what would be written. */
  rows?: OperationRows | null;
  sql?: readonly string[];
}

export interface FailedRow {
  error: { code: string; message: string; hint: string | null; exit_code: number };
}

/** A line that an earlier run has done. */
interface DoneRow {
  operation_uuid: string;
  created: false;
  reused: false;
}

/** A line of `--file`: a row of the API. */
export type LineRow = { line: number } & (EnqueuedRow | DoneRow | FailedRow);

/** @param sql the statements of a dry run; null when the operation was really enqueued */
export function enqueuedRow(decision: Decision, sql: readonly string[] | null): EnqueuedRow {
  const { request, operationUuid, createdAt, rows, reused, warnings } = decision;
  return {
    operation_type: request.type.value,
    operation_uuid: operationUuid,
    created: rows !== null && sql === null,
    reused,
    dry_run: sql !== null,
    queue_name: request.queue.name,
    priority: request.priority,
    tasks: request.tasks,
    targets: targetsOf(request).map(({ objectType, uuid }) => ({
      object_type: valueOfObjectType(objectType),
      uuid,
    })),
    created_at: createdAt,
    warnings,
    ...(sql === null ? {} : { rows, sql }),
  };
}

export function lineRow(result: LineResult): LineRow {
  const { line } = result;
  if ('error' in result) return { line, error: errorField(result.error) };
  if ('doneAs' in result) return { line, operation_uuid: result.doneAs, created: false, reused: false };
  return { line, ...enqueuedRow(result.decision, result.sql) };
}

function errorField({ word, message, hint, exitCode }: SfOpsError): FailedRow['error'] {
  return { code: word, message, hint: hint ?? null, exit_code: exitCode };
}

/** What happened, in a word. */
export function resultWord(row: EnqueuedRow | DoneRow): string {
  if (!('dry_run' in row)) return 'done before';
  if (row.dry_run) return row.reused ? 'would reuse' : row.rows === null ? 'exists' : 'would create';
  if (row.created) return 'created';
  return row.reused ? 'reused' : 'exists';
}

export const OPERATION_COLUMNS: readonly Column<EnqueuedRow>[] = [
  { name: 'operation_uuid', heading: 'OPERATION', value: (row) => row.operation_uuid },
  { name: 'operation_type', heading: 'TYPE', value: (row) => row.operation_type, priority: 2 },
  {
    name: 'result',
    heading: 'RESULT',
    value: resultWord,
    style: (row) => (row.created ? 'good' : 'dim'),
  },
  { name: 'tasks', heading: 'TASKS', value: (row) => row.tasks.join(' '), shrink: 'end', priority: 1 },
  { name: 'queue_name', heading: 'QUEUE', value: (row) => row.queue_name, shrink: 'middle', priority: 3 },
  {
    name: 'targets',
    heading: 'TARGETS',
    value: (row) => row.targets.map(({ object_type, uuid }) => `${object_type}:${uuid}`).join(' '),
    shrink: 'middle',
    priority: 4,
  },
];

export const LINE_COLUMNS: readonly Column<LineRow>[] = [
  { name: 'line', heading: 'LINE', value: (row) => row.line, align: 'right' },
  ...OPERATION_COLUMNS.map((column): Column<LineRow> => ({
    name: column.name,
    heading: column.heading,
    value: (row) => {
      if ('dry_run' in row) return column.value(row);
      if ('error' in row) return null;
      if (column.name === 'operation_uuid') return row.operation_uuid;
      return column.name === 'result' ? resultWord(row) : null;
    },
    ...(column.name === 'result' ? { display: lineResult } : {}),
    style: (row) => {
      if ('dry_run' in row) return column.style?.(row);
      return 'error' in row && column.name === 'result' ? 'bad' : undefined;
    },
    priority: column.priority ?? 0,
    shrink: column.shrink ?? 'never',
  })),
  {
    name: 'error',
    heading: 'ERROR',
    value: (row) => ('error' in row ? row.error.message : null),
    style: () => 'bad',
    shrink: 'wrap',
    // A sentence has no room beside a uuid: people read it below.
    wideOnly: true,
  },
];

function lineResult(row: LineRow): string {
  return 'error' in row ? 'failed' : resultWord(row);
}
