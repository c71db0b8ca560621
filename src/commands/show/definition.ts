import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { count, flag, ids } from '../parameters.js';

const ARGUMENTS = {
  operation: ids('uuids of operations, or the beginnings of them', 'operation', { required: true }),
};

const OPTIONS = {
  traceback: flag('the traceback of a failure too'),
  events: count('show the newest n events of each', 0, { default: '10' }),
};

export type ShowRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const show = defineCommand({
  name: 'show',
  summary: 'everything about operations',
  details: `Header, state, work row, targets, what it waits for and what waits for it, the report of a failure, events.
Types, tasks and states that this version does not know are shown as they are; of an operation that is half gone,
what is left. Finished operations are removed soon after they end, and are then unknown.`,
  examples: [
    { command: 'show 70000002', comment: 'one operation, by the beginning of its uuid' },
    { command: 'show 70000004 --traceback', comment: 'where in Shaken Fist it failed' },
    { command: 'show 70000002 70000003 --json', comment: 'two of them, for a script' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'an operation is unknown or gone; the others are shown' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
