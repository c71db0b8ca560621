import { formatDuration } from '../../core/duration.js';
import { auditRule } from './rule.js';

export const retentionNotEnforced = auditRule({
  id: 'retention-not-enforced',
  topic: 'retention',
  severity: 'warning',
  title: 'target rows older than the retention are removed',
  why: 'The table grows without end, and questions about the history of an object read more and more.',
  examples: [
    'The daemon that prunes does not run.',
    'Its account lost a privilege.',
    'The retention was lowered in cluster_config a moment ago.',
  ],
  remedy: 'sf-ops prune',
  fix: null,
  found: () => 'Target rows are kept longer than the retention.',
  none: 'Target rows older than the retention are removed.',
  look: ({ retentionSeconds, everySeconds, overdue, more, oldest }, { now }) => {
    if (retentionSeconds === 0 || oldest === null) return [];
    // The cleaner comes by once in a while, and may just have missed them.
    if (now - oldest <= retentionSeconds + 2 * everySeconds) return [];
    return [
      {
        type: 'table',
        uuid: null,
        name: 'cluster_operation_targets',
        detail: `${more ? 'more than ' : ''}${overdue} rows of operations that have ended; the oldest is ${formatDuration(now - oldest)} old, the retention is ${formatDuration(retentionSeconds)}`,
        evidence: { rows: overdue, more, oldest_created_at: oldest, retention_seconds: retentionSeconds },
      },
    ];
  },
});
