import { ExitCode } from '../../core/exit-codes.js';
import type { Names } from '../../core/names.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import { listedOperation, operationColumns, totals, type ListedOperation } from '../operation-columns.js';

export interface PendingReport {
  /** Those that are shown, oldest first. */
  operations: readonly TargetedOperation[];
  names: Names;
  warnings: readonly string[];
  /** Of all that are pending, shown or not. */
  count: number;
  /** Unix seconds. */
  now: number;
  withExitCode: boolean;
}

export function pendingAnswer({
  operations,
  names,
  warnings,
  count,
  now,
  withExitCode,
}: PendingReport): AnyAnswer {
  const listed = operations.map((operation) => listedOperation(operation, names, now));
  const stuck = listed.find(({ blocker }) => isStuck(blocker));
  return answerOf<ListedOperation>({
    columns: operationColumns(names, now),
    rows: listed,
    record: ({ row }) => row,
    json: { head: () => ({ pending: count > 0, count }), rows: 'targets', tail: () => ({ warnings }) },
    rowStyle: ({ blocker }) => (isStuck(blocker) ? 'warning' : undefined),
    empty: count === 0 ? 'Nothing is pending.' : `${count} pending, none shown: --limit is 0.`,
    after: () => (listed.length === 0 ? [] : [footer(listed, count)]),
    next: () =>
      stuck === undefined
        ? null
        : { label: 'Why', command: `sf-ops explain ${names.uuid(stuck.row.operation_uuid)}` },
    exitCode: withExitCode && count > 0 ? ExitCode.PENDING : ExitCode.OK,
  });
}

function footer(listed: readonly ListedOperation[], count: number): Line {
  return listed.length === count
    ? `${totals(listed, 'pending')}.`
    : `${count} pending, the oldest first: ${listed.length} of ${count} shown. All: without --limit.`;
}
