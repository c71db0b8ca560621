import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { count, duration, flag, text } from '../parameters.js';

const OPTIONS = {
  olderThan: duration('age from which they go, instead of what this cluster keeps'),
  batch: count('rows in one transaction, at most', 1, { default: '500' }),
  sleep: duration('pause between batches, at least', { default: '0' }),
  maxRows: count('end after so many rows', 1),
  maxDuration: duration('end after this time'),
  resumeAfter: text('id', 'pass over the rows up to resume_after of an earlier run'),
  dryRun: flag('count them, delete nothing'),
};

export type PruneCommandRequest = Request<typeof OPTIONS, Record<string, never>>;

export const prune = defineCommand({
  name: 'prune',
  summary: 'remove what objects record of operations that ended long ago',
  details:
    'Removes rows of cluster_operation_targets by the rule of Shaken Fist itself: older than the retention (CLUSTER_OPERATION_TARGET_RETENTION in cluster_config; 0 keeps them for ever), and of an operation that is not active. It slows down where the servers suffer, and can be stopped and run again at any time.',
  examples: [
    { command: 'prune --dry-run', comment: 'how many there are' },
    { command: 'prune --max-duration 10m --sleep 50ms', comment: 'for ten minutes, gently' },
  ],
  arguments: {},
  options: OPTIONS,
  exitCodes: { [ExitCode.CONFLICT]: 'others held the rows for too long; safe to run again' },
  needs: 'database',
  writes: true,
  load: async () => (await import('./run.js')).run,
});
