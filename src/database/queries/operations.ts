import { sql } from 'drizzle-orm';
import { readStoredOperation, type FoundOperation } from '../../core/operations/read-operation.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { Session } from '../session.js';

export interface OperationHeader {
  uuid: Uuid;
  operationType: string;
  /** Unix seconds. */
  createdAt: number;
  priority: string | null;
  stored: FoundOperation;
  /** `metadata_json` as it is in the row. */
  metadataJson: string;
}

/** Rows fetched with one statement; keeps every packet far below `max_allowed_packet`. */
const CHUNK = 1000;

/** The header rows of operations; those that are gone are absent. */
export async function operationHeaders(
  session: Session,
  operations: readonly Uuid[],
): Promise<Map<Uuid, OperationHeader>> {
  const headers = new Map<Uuid, OperationHeader>();
  for (const chunk of chunks(operations)) {
    const rows = await session.rows<{
      uuid: string;
      operation_type: string;
      created_at: number;
      priority: string | null;
      metadata_json: string;
    }>(sql`
      SELECT uuid AS uuid, operation_type AS operation_type, created_at AS created_at, priority AS priority,
        metadata_json AS metadata_json
      FROM cluster_operations WHERE uuid IN ${chunk.map(undashed)}`);
    for (const row of rows) {
      const uuid = parseUuid(row.uuid) ?? row.uuid;
      headers.set(uuid, {
        uuid,
        operationType: row.operation_type,
        createdAt: row.created_at,
        priority: row.priority,
        stored: readStoredOperation(row.metadata_json),
        metadataJson: row.metadata_json,
      });
    }
  }
  return headers;
}

function* chunks(operations: readonly Uuid[]): Iterable<Uuid[]> {
  const distinct = [...new Set(operations)];
  for (let start = 0; start < distinct.length; start += CHUNK) yield distinct.slice(start, start + CHUNK);
}
