import { ExitCode } from '../../core/exit-codes.js';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import { defineCommand, type Request } from '../definition.js';
import { choice, duration, flag, ids, text } from '../parameters.js';

const ARGUMENTS = {
  operation: ids('uuids of operations, or their beginnings', 'operation', { required: false }),
};

/** Reasons for which an operation does not go on by itself, as `pending` and `explain` say them. */
const STUCK_REASONS = [
  'any',
  'orphaned',
  'stale_claim',
  'undrained',
  'blocked_by_failed',
  'blocked_by_missing',
  'cycle',
] as const;

const OPTIONS = {
  pendingOn: text('type:uuid', 'all that is pending on this object'),
  allStuck: choice('reason', STUCK_REASONS, 'all that is stuck for this reason'),
  operationType: text('type', 'of those: only operations of this type', { completes: 'operation-type' }),
  state: choice('state', ACTIVE_STATES, 'of those: only operations in this state'),
  olderThan: duration('of those: only operations that are older'),
  cascade: flag('also those that depend on them, in order'),
  reason: text('text', 'why, for the history of the operation'),
  force: flag('even where a worker that may be alive has claimed it'),
  dryRun: flag('say what would be done, change nothing'),
};

export type ChangeCommandRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

const EXIT_CODES = {
  [ExitCode.NOT_FOUND]: 'an operation is unknown or gone',
  [ExitCode.CONFLICT]: 'somebody else, such as a worker, moved first; safe to run again',
  [ExitCode.REFUSED]: 'an operation cannot be changed so, or no confirmation',
};

export const requeue = defineCommand({
  name: 'requeue',
  summary: 'give operations that nobody will run back to the workers',
  details:
    'For operations that are queued or executing and have no usable work row: orphans get a new one, the claim of a worker that is gone is released, and work moves out of a queue that nobody drains. One that has failed is final: sf-ops enqueue --like repeats it.',
  examples: [
    { command: 'requeue 70000002 --dry-run', comment: 'what would be done about one operation' },
    {
      command: 'requeue --all-stuck orphaned --older-than 10m --yes',
      comment: 'every orphan that is older than ten minutes',
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: EXIT_CODES,
  needs: 'database',
  writes: true,
  load: async () => (await import('./run.js')).runRequeue,
});

export const abort = defineCommand({
  name: 'abort',
  summary: 'end operations that are not to run any more',
  details:
    'An operation that no worker has claimed loses its work row in the same transaction: that it ends is a fact. A worker that has begun does not look again until it ends: to abort its operation takes --force, and what the worker does is done.',
  examples: [
    { command: 'abort 70000005 --reason "replaced by hand" --dry-run', comment: 'what it would mean' },
    {
      command: 'abort --pending-on network:dmz --cascade --dry-run',
      comment: 'all that is pending on a network, and what depends on it',
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: EXIT_CODES,
  needs: 'database',
  writes: true,
  load: async () => (await import('./run.js')).runAbort,
});
