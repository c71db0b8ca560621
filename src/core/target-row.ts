import type { QueueRow, Stuck } from './stuck.js';
import type { Uuid } from './uuid.js';

/** One row of `cluster_operation_targets` with what is known of its operation: a row of the API. Times: unix seconds. */
export interface TargetRow {
  sequence_number: number | string;
  operation_uuid: Uuid;
  operation_type: string;
  /** Null when the operation's state row is gone. */
  state: string | null;
  tasks: readonly string[];
  priority: string | null;
  created_at: number;
  age_seconds: number;
  target_object_type: string;
  target_uuid: Uuid;
  queue: QueueRow | null;
  stuck: Stuck;
}
