import { formatDuration } from '../core/duration.js';

import type { Column } from '../render/report.js';
import { stateTone } from '../render/tones.js';
import type { OperationRow } from './operation-row.js';

/** The columns of operations seen from an object: `pending`, `history` and the evidence of the gate. */
export const TARGET_COLUMNS: readonly Column<OperationRow>[] = [
  { name: 'operation_uuid', heading: 'OPERATION', value: (row) => row.operation_uuid },
  { name: 'operation_type', heading: 'TYPE', value: (row) => row.operation_type },
  { name: 'state', heading: 'STATE', value: (row) => row.state, tone: (row) => stateTone(row.state) },
  { name: 'tasks', heading: 'TASKS', value: (row) => row.tasks.join(' ') },
  { name: 'priority', heading: 'PRIORITY', value: (row) => row.priority },
  {
    name: 'age_seconds',
    heading: 'AGE',
    value: (row) => row.age_seconds,
    display: (row) => formatDuration(row.age_seconds),
  },
  { name: 'target_object_type', heading: 'OBJECT', value: (row) => row.target_object_type },
  { name: 'target_uuid', heading: 'UUID', value: (row) => row.target_uuid },
  {
    name: 'queue_name',
    heading: 'QUEUE',
    value: (row) => row.queue?.queue_name ?? null,
    display: (row) => queueText(row),
  },
  {
    name: 'stuck',
    heading: 'STUCK',
    value: (row) => row.stuck,
    tone: ({ stuck }) => (stuck === null ? undefined : 'bad'),
  },
];

function queueText({ queue }: OperationRow): string {
  if (queue === null) return '-';
  return queue.claimed_at === null
    ? queue.queue_name
    : `${queue.queue_name} (claimed by ${queue.claimed_by ?? '?'})`;
}
