import type { SfOpsError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { targetsOf } from '../../core/operations/operation.js';
import type { OperationRows } from '../../core/operations/operation-rows.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import { tableOf, type Column, type Report } from '../../render/report.js';

/** The answer for one operation: a row of the API. `created_at`: unix seconds. */
export interface EnqueuedOperation {
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

/** A line of `--file`: an operation, or why there is none. */
export type EnqueueItem = { line: number } & (EnqueuedOperation | { error: SfOpsError });

interface Decision {
  request: EnqueueRequest;
  operationUuid: string;
  createdAt: number;
  rows: OperationRows | null;
  reused: boolean;
  warnings: readonly string[];
}

/** @param sql the statements of a dry run; null when the operation was really enqueued */
export function enqueued(decision: Decision, sql: readonly string[] | null): EnqueuedOperation {
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

export function singleResult(operation: EnqueuedOperation): Report {
  if (operation.sql !== undefined && operation.sql.length > 0) return dryRunResult(operation, operation.sql);
  return { document: operation, table: tableOf({ columns: COLUMNS, items: [operation], empty: '' }) };
}

function dryRunResult(operation: EnqueuedOperation, statements: readonly string[]): Report {
  const sent = ['START TRANSACTION;', ...statements, 'COMMIT;'].map((sql) => ({ sql }));
  return {
    document: operation,
    records: [operation],
    table: tableOf({
      columns: [{ name: 'sql', heading: 'SQL', value: ({ sql }) => sql }],
      items: sent,
      empty: '',
    }),
    headline: [{ text: `Would enqueue ${operation.operation_type} ${operation.operation_uuid}:` }],
  };
}

export function batchResult(items: readonly EnqueueItem[]): { exitCode: ExitCode; report: Report } {
  const operations = items.map((item) => ('error' in item ? failedLine(item.line, item.error) : item));
  const failed = items.filter((item) => 'error' in item);
  const count = (what: 'created' | 'reused'): number =>
    items.filter((item) => !('error' in item) && item[what]).length;
  const totals = { created: count('created'), reused: count('reused'), failed: failed.length };
  const [first] = failed;
  return {
    exitCode: first !== undefined && 'error' in first ? first.error.exitCode : ExitCode.OK,
    report: {
      document: { operations, ...totals },
      table: tableOf({ columns: BATCH_COLUMNS, items: operations, empty: 'The file names no operations.' }),
      footer: [{ text: `${totals.created} created, ${totals.reused} reused, ${totals.failed} failed.` }],
    },
  };
}

interface FailedLine {
  line: number;
  error: { code: string; message: string; hint: string | null; exit_code: number };
}

function failedLine(line: number, { word, message, hint, exitCode }: SfOpsError): FailedLine {
  return { line, error: { code: word, message, hint: hint ?? null, exit_code: exitCode } };
}

const COLUMNS: readonly Column<EnqueuedOperation>[] = [
  { name: 'operation_uuid', heading: 'OPERATION', value: (operation) => operation.operation_uuid },
  { name: 'operation_type', heading: 'TYPE', value: (operation) => operation.operation_type },
  {
    name: 'result',
    heading: 'RESULT',
    value: (operation) => resultWord(operation),
    tone: (operation) => (operation.created ? 'good' : 'muted'),
  },
  { name: 'tasks', heading: 'TASKS', value: (operation) => operation.tasks.join(' ') },
  { name: 'queue_name', heading: 'QUEUE', value: (operation) => operation.queue_name },
  {
    name: 'targets',
    heading: 'TARGETS',
    value: (operation) =>
      operation.targets.map(({ object_type, uuid }) => `${object_type}:${uuid}`).join(' '),
  },
];

type BatchLine = FailedLine | ({ line: number } & EnqueuedOperation);

const BATCH_COLUMNS: readonly Column<BatchLine>[] = [
  { name: 'line', heading: 'LINE', value: (item) => item.line },
  ...COLUMNS.map((column): Column<BatchLine> => ({
    name: column.name,
    heading: column.heading,
    value: (item) => ('error' in item ? null : column.value(item)),
    tone: (item) => ('error' in item ? undefined : column.tone?.(item)),
  })),
  {
    name: 'error',
    heading: 'ERROR',
    value: (item) => ('error' in item ? item.error.message : null),
    tone: () => 'bad',
  },
];

function resultWord(operation: EnqueuedOperation): string {
  if (operation.dry_run)
    return operation.reused ? 'would reuse' : operation.rows === null ? 'exists' : 'would create';
  if (operation.created) return 'created';
  return operation.reused ? 'reused' : 'exists';
}
