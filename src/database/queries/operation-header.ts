import type { OperationHeader } from '../../core/operations/operation-record.js';
import { readStoredOperation } from '../../core/operations/read-operation.js';
import { parseUuid } from '../../core/uuid.js';

/** The columns of `cluster_operations` that a header is made from. */
export interface HeaderRow {
  created_at: number;
  priority: string | null;
  node_uuid: string | null;
  metadata_json: string;
}

export function operationHeader(row: HeaderRow): OperationHeader {
  const stored = readStoredOperation(row.metadata_json);
  return {
    createdAt: row.created_at,
    priority: row.priority ?? stored.priority,
    nodeUuid: row.node_uuid === null ? null : parseUuid(row.node_uuid),
    stored,
    metadataJson: row.metadata_json,
  };
}
