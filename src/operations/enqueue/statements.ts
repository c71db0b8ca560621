import { sql, type SQL } from 'drizzle-orm';
import type { OperationRows, Row } from '../../core/operations/operation-rows.js';
import type { DatabaseDescription } from '../../database/description.js';
import { insertInto } from '../../database/insert.js';

/** The statements that write operations, in the order of Shaken Fist's own transaction. Rows of one table share one. */
export function enqueueStatements(
  description: DatabaseDescription,
  operations: readonly OperationRows[],
): SQL[] {
  if (operations.length === 0) return [];
  const rowsOf = (table: keyof OperationRows): Row[] => operations.flatMap((rows) => rows[table]);
  const targets = rowsOf('cluster_operation_targets');
  return [
    insertInto('cluster_operations', rowsOf('cluster_operations')),
    sql`${insertInto('object_states', rowsOf('object_states'))} ON DUPLICATE KEY UPDATE
      state_value = VALUES(state_value), update_time = VALUES(update_time), message = VALUES(message)`,
    insertInto('work_queue', rowsOf('work_queue')),
    ...(targets.length === 0
      ? []
      : [insertInto('cluster_operation_targets', targets.map(withObservational(description)))]),
  ];
}

/** Where targets can be marked as measurement only, the mark has no default: Python's defaults are not the database's. */
function withObservational(description: DatabaseDescription): (row: Row) => Row {
  return description.hasObservational ? (row) => ({ ...row, observational: 0 }) : (row) => row;
}
