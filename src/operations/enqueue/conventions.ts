import { sql } from 'drizzle-orm';
import { conventionsFrom, type Conventions } from '../../core/operations/conventions.js';
import type { OperationType } from '../../core/operations/operation-type.js';
import type { Session } from '../../database/session.js';

/** The keys and version that this cluster used for the newest operation of the type. */
export async function readConventions(session: Session, type: OperationType): Promise<Conventions> {
  const [newest] = await session.rows<{ metadata_json: string }>(sql`
    SELECT metadata_json AS metadata_json FROM cluster_operations WHERE operation_type = ${type.value}
    ORDER BY created_at DESC LIMIT 1`);
  return conventionsFrom(newest?.metadata_json ?? null, type);
}
