import { sql, type SQL } from 'drizzle-orm';
import type { OperationRecord, WorkRow } from '../../core/operations/operation-record.js';
import { nameOfObjectType } from '../../core/object-types.js';
import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { must, unless, type Step } from './plan.js';

/** On the server's clock, which workers compare with. */
export const NOW = sql`UNIX_TIMESTAMP(NOW(6))`;
/** `object_states.message` is VARCHAR(255); longer is error 1406. */
const LONGEST_MESSAGE = 255;

/**
 * Sets a state, if it is still the one that was found and nobody has written it since. Always the first step: it locks
 * the row that every writer of the operation writes, on Galera too, so of two operators one goes first.
 */
export function setState(
  { uuid, type, state }: Pick<OperationRecord, 'uuid' | 'type' | 'state'>,
  to: string,
  message: string | null,
  condition?: SQL,
): Step {
  return must(sql`UPDATE object_states SET state_value = ${to}, update_time = ${NOW}, message = ${message?.slice(0, LONGEST_MESSAGE) ?? null}
    WHERE ${isStateOf(uuid, type)} AND state_value <=> ${state?.value ?? null}
      AND update_time = ${state?.since ?? 0}${and(condition)}`);
}

/** The label may be empty where a lax `sql_mode` has stored it. */
export function isStateOf(uuid: Uuid, type: string | null): SQL {
  const label = nameOfObjectType(type ?? '') ?? (type ?? '').toUpperCase();
  return sql`object_uuid = ${uuid} AND object_type IN ${[...new Set([label, ''])]}`;
}

function and(condition: SQL | undefined): SQL {
  return condition === undefined ? sql`` : sql` AND ${condition}`;
}

export function insertWork(queueName: string, type: string, uuid: Uuid): Step {
  const payload = pythonJson({ operation_type: type, operation_uuid: uuid });
  return must(sql`INSERT INTO work_queue (queue_name, scheduled_at, claimed_at, claimed_by, attempts, payload, created_at)
    VALUES (${queueName}, ${NOW}, NULL, NULL, 0, ${payload}, ${NOW})`);
}

/** Nothing in these queues is about the operation. Read after the state's row was locked. */
export function noWork(queueNames: readonly string[], uuid: Uuid): Step {
  return unless(sql`SELECT id FROM work_queue WHERE queue_name IN ${queueNames}
    AND REPLACE(LOWER(JSON_VALUE(payload, '$.operation_uuid')), '-', '') = ${undashed(uuid)}`);
}

/** The claim as it was found, which a worker ends by deleting the row. */
export function releaseClaim({ id, claimedAt, claimedBy }: WorkRow, condition?: SQL): Step {
  return must(sql`UPDATE work_queue SET claimed_at = NULL, claimed_by = NULL
    WHERE id = ${id} AND claimed_at = ${claimedAt} AND claimed_by <=> ${claimedBy}${and(condition)}`);
}

/** Removes a work row that no worker has taken meanwhile. */
export function deleteWork({ id, claimedAt }: WorkRow, condition?: SQL): Step {
  return must(sql`DELETE FROM work_queue WHERE id = ${id} AND claimed_at <=> ${claimedAt}${and(condition)}`);
}

export function moveWork({ id, queueName }: WorkRow, to: string): Step {
  return must(sql`UPDATE work_queue SET queue_name = ${to}
    WHERE id = ${id} AND queue_name = ${queueName} AND claimed_at IS NULL`);
}

export function hasNoHeader(uuid: Uuid): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM cluster_operations WHERE uuid = ${undashed(uuid)})`;
}

export function hasNoState(description: DatabaseDescription, uuid: Uuid): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM object_states
    WHERE object_uuid = ${uuid} AND object_type IN ${description.operationLabels})`;
}

/** The report that Shaken Fist keeps of a failure; one that is there stays. */
export function errorReport(uuid: Uuid, message: string): SQL {
  const report = pythonJson({
    code: 'sf-ops',
    message,
    details: null,
    origin_class: 'sf-ops audit',
    traceback: null,
  });
  return sql`INSERT IGNORE INTO cluster_operation_errors (op_uuid, error_report, created_at)
    VALUES (${undashed(uuid)}, ${report}, ${NOW})`;
}
