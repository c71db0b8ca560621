import type { Session } from '../session.js';
import { keysOf } from '../description.js';

/**
 * Whether `cluster_operation_targets` still has the unique key on the operation alone, under which only the first
 * target of an operation can be recorded. The key is looked at, because a version row does not prove it.
 */
export async function recordsOneTargetOnly(session: Session): Promise<boolean> {
  const keys = await keysOf(session, 'cluster_operation_targets');
  return keys.some(({ unique, columns }) => unique && columns.join() === 'operation_uuid');
}

/** What "nothing is pending" is worth on such a database. */
export const ONE_TARGET_ONLY =
  'this database records only the first target of an operation, so what is pending on an object can be missing; see: sf-ops migrate plan composite-target-uniqueness';
