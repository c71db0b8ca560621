import { sql, type SQL } from 'drizzle-orm';
import { pythonJson } from '../../core/python-json.js';
import { undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { may, NOW, unless, type Step } from '../../operations/transition.js';

/** Nothing in these queues is about the operation. Read after the state's row was locked. */
export function noWork(queueNames: readonly string[], uuid: Uuid): Step {
  return unless(sql`SELECT id FROM work_queue WHERE queue_name IN ${queueNames}
    AND REPLACE(LOWER(JSON_VALUE(payload, '$.operation_uuid')), '-', '') = ${undashed(uuid)}`);
}

export function hasNoHeader(uuid: Uuid): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM cluster_operations WHERE uuid = ${undashed(uuid)})`;
}

export function hasNoState(description: DatabaseDescription, uuid: Uuid): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM object_states
    WHERE object_uuid = ${uuid} AND object_type IN ${description.operationLabels})`;
}

/** The report that Shaken Fist keeps of a failure; one that is there stays. */
export function reportError(uuid: Uuid, message: string): Step {
  const report = pythonJson({
    code: 'sf-ops',
    message,
    details: null,
    origin_class: 'sf-ops audit',
    traceback: null,
  });
  return may(sql`INSERT IGNORE INTO cluster_operation_errors (op_uuid, error_report, created_at)
    VALUES (${undashed(uuid)}, ${report}, ${NOW})`);
}
