import { ExitCode } from '../../core/exit-codes.js';
import type { Names } from '../../core/names.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import { flattened } from '../flattened.js';
import { listedOperation, operationColumns, type ListedOperation } from '../operation-columns.js';
import { Totals } from './totals.js';

export interface PendingReport {
  /** Those that are shown, oldest first; in one portion, or read as they are asked for. */
  portions: Iterable<PendingRows> | AsyncIterable<PendingRows>;
  warnings: readonly string[];
  /** Of all that are pending, shown or not. */
  count: number;
  /** No more than so many are shown. */
  limit: number;
  /** How many of them have ended while they were read. */
  ended: () => number;
  /** Unix seconds. */
  now: number;
  withExitCode: boolean;
}

export interface PendingRows {
  operations: readonly TargetedOperation[];
  names: Names;
}

export function pendingAnswer(report: PendingReport): AnyAnswer {
  const { portions, warnings, count, limit, ended, now, withExitCode } = report;
  const totals = new Totals();
  return answerOf<ListedOperation>({
    columns: operationColumns(now),
    rows: rowsOf(portions, now, totals),
    record: ({ row }) => row,
    json: {
      head: () => ({ pending: count > 0, count }),
      rows: 'targets',
      tail: () => ({ warnings, ...(ended() === 0 ? {} : { ended_meanwhile: ended() }) }),
    },
    rowStyle: ({ blocker }) => (isStuck(blocker) ? 'warning' : undefined),
    empty: count === 0 ? 'Nothing is pending.' : `${count} pending, none shown: --limit is ${limit}.`,
    after: () => [
      ...(totals.shown === 0 ? [] : [footer(totals, count, limit)]),
      ...(ended() === 0 ? [] : [`${ended()} of them have ended meanwhile.`]),
    ],
    next: () =>
      totals.firstStuck === null ? null : { label: 'Why', command: `sf-ops explain ${totals.firstStuck}` },
    exitCode: withExitCode && count > 0 ? ExitCode.PENDING : ExitCode.OK,
  });
}

function rowsOf(
  portions: PendingReport['portions'],
  now: number,
  totals: Totals,
): Iterable<ListedOperation> | AsyncIterable<ListedOperation> {
  function* listed({ operations, names }: PendingRows): Generator<ListedOperation> {
    for (const operation of operations) {
      const one = listedOperation(operation, names, now);
      totals.add(one);
      yield one;
    }
  }
  return flattened(portions, listed);
}

function footer(totals: Totals, count: number, limit: number): Line {
  return count <= limit
    ? `${totals.text}.`
    : `${count} pending, the oldest first: ${totals.shown} of ${count} shown. All: without --limit.`;
}
