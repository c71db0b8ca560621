import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { count, flag, ids } from '../parameters.js';

const ARGUMENTS = {
  subject: ids('operations; or an object type, then objects', 'operation', { required: false }),
};

const OPTIONS = {
  allPending: flag('every operation that is pending'),
  limit: count('with --all-pending: no more than the n that need it most', 1, { default: '500' }),
};

export type ExplainRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const explain = defineCommand({
  name: 'explain',
  summary: 'why an operation does not go on, or why nothing happens to an object',
  details: `Names one reason, then what shows it, what it waits for in turn, and what helps.

For a network it answers why nobody repairs it, with the questions that Shaken Fist's maintainer asks before it does,
in its order: did its state change just now, is anything pending, did its last net_op fail just now, have the last
five all failed (then it waits for an operator), does the network node run.`,
  examples: [
    { command: 'explain 70000005', comment: 'why this operation does not go on' },
    { command: 'explain network dmz', comment: 'why nobody repairs the network dmz' },
    { command: 'explain --all-pending', comment: 'everything that is pending, what is stuck first' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'an operation or object is unknown or gone; the others are explained' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
