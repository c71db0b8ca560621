import type { OperationRows, Row } from '../../core/operations/operation-rows.js';
import type { DatabaseDescription } from '../../database/description.js';
import { insertRows, type BoundStatement } from '../../database/insert.js';

/**
 * The statements that write operations, in the order of Shaken Fist's own transaction. Rows of one table share one, as
 * far as it does not get larger than about `mostBytes`.
 */
export function enqueueStatements(
  description: DatabaseDescription,
  operations: readonly OperationRows[],
  mostBytes = Infinity,
): BoundStatement[] {
  const rowsOf = (table: keyof OperationRows): Row[] => operations.flatMap((rows) => rows[table]);
  const asNew =
    'ON DUPLICATE KEY UPDATE state_value = VALUES(state_value), update_time = VALUES(update_time), message = VALUES(message)';
  const targets = rowsOf('cluster_operation_targets').map(withObservational(description));
  return [
    ...insertRows('cluster_operations', rowsOf('cluster_operations'), { mostBytes }),
    ...insertRows('object_states', rowsOf('object_states'), { mostBytes, suffix: asNew }),
    ...insertRows('work_queue', rowsOf('work_queue'), { mostBytes }),
    ...insertRows('cluster_operation_targets', targets, { mostBytes }),
  ];
}

/**
 * What a row of `cluster_operation_targets` takes beside the columns that every release has. Where targets can be marked
 * as measurement only, the mark has no default: Python's defaults are not the database's.
 */
export function withObservational(description: DatabaseDescription): (row: Row) => Row {
  return description.hasObservational ? (row) => ({ ...row, observational: 0 }) : (row) => row;
}
