import { sql } from 'drizzle-orm';
import { keysOf, type KeyDescription } from '../../database/description.js';
import type { Session } from '../../database/session.js';

export const TABLE = 'cluster_operation_targets';
export const UNIQUE_KEY = 'uq_cot_op_target';
export const OLD_KEY = 'operation_uuid';

const TRIPLE = ['operation_uuid', 'target_object_type', 'target_uuid'];

/** The keys that decide how many targets an operation can have, as they are. */
export interface TargetKeys {
  /** Unique on the operation alone: only one target of an operation fits. Null where it is gone. */
  single: KeyDescription | null;
  /** Unique on operation and target, under the name that Shaken Fist gives it. */
  hasUnique: boolean;
  hasLookup: boolean;
  /** A key that bears the name and is another: `IF NOT EXISTS` would take it for the right one. */
  impostor: KeyDescription | null;
}

export async function readTargetKeys(session: Session): Promise<TargetKeys> {
  const keys = await keysOf(session, TABLE);
  const named = keys.find(({ name }) => name === UNIQUE_KEY) ?? null;
  const isRight = named !== null && named.unique && sameColumns(named.columns, TRIPLE);
  return {
    single: keys.find(({ unique, columns }) => unique && sameColumns(columns, ['operation_uuid'])) ?? null,
    hasUnique: isRight,
    hasLookup: keys.some(({ unique, columns }) => !unique && columns[0] === 'operation_uuid'),
    impostor: isRight ? null : named,
  };
}

export function areCurrent({ single, hasUnique, hasLookup }: TargetKeys): boolean {
  return single === null && hasUnique && hasLookup;
}

export interface DuplicateTarget {
  operation: string;
  objectType: string;
  uuid: string;
  rows: number;
}

/** Targets that are recorded more than once for one operation, as the unique key would compare them. */
export async function duplicateTargets(session: Session): Promise<DuplicateTarget[]> {
  return session.rows<DuplicateTarget>(sql`
    SELECT operation_uuid AS operation, target_object_type AS objectType, target_uuid AS uuid, COUNT(*) AS \`rows\`
    FROM cluster_operation_targets GROUP BY operation_uuid, target_object_type, target_uuid HAVING COUNT(*) > 1
    ORDER BY MIN(sequence_number)`);
}

function sameColumns(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
