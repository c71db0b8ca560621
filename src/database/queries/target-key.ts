import { sql } from 'drizzle-orm';
import { askTogether, question, type Question } from '../questions.js';
import type { Session } from '../session.js';

/**
 * Whether `cluster_operation_targets` still has the unique key on the operation alone, under which only the first
 * target of an operation can be recorded. The key is looked at, because a version row does not prove it.
 */
export async function recordsOneTargetOnly(session: Session): Promise<boolean> {
  return (await askTogether(session, { oneOnly: oneTargetOnlyQuestion() })).oneOnly;
}

export function oneTargetOnlyQuestion(): Question<boolean> {
  return question(
    sql`SELECT index_name FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = 'cluster_operation_targets' AND non_unique = 0
      GROUP BY index_name HAVING GROUP_CONCAT(column_name ORDER BY seq_in_index) = 'operation_uuid'`,
    (rows: object[]) => rows.length > 0,
  );
}

/** What "nothing is pending" is worth on such a database. */
export const ONE_TARGET_ONLY =
  'this database records only the first target of an operation, so what is pending on an object can be missing; see: sf-ops migrate status';
