import { ExitCode } from '../../core/exit-codes.js';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import { defineCommand, type Request } from '../definition.js';
import { choice, count, duration, flag, ids, optionalArgument, text } from '../parameters.js';

const ARGUMENTS = {
  objectType: optionalArgument('network, instance, ...', { completes: 'object-type' }),
  uuid: ids('uuids, names, or the beginnings of uuids', 'object', { required: false }),
};

const OPTIONS = {
  all: flag('every object'),
  objectType: text('type', 'with --all: objects of this type', { completes: 'object-type' }),
  operationType: text('type', 'only operations of this type', { completes: 'operation-type' }),
  state: choice('state', ACTIVE_STATES, 'only operations in this state'),
  olderThan: duration('only operations that are older'),
  limit: count('show no more than the oldest n; the count stays whole', 0),
  exitCode: flag('exit 8 when something is pending'),
};

export type PendingRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const pending = defineCommand({
  name: 'pending',
  summary: 'list the unfinished operations that target an object',
  examples: [
    { command: 'pending network web', comment: 'what is still to be done on the network named web' },
    { command: 'pending --all --older-than 1h', comment: 'everything that has waited for more than an hour' },
    {
      command: 'pending instance db-1 --exit-code',
      comment: 'for a script: 8 while something is pending, 0 when nothing is',
      exitCode: ExitCode.PENDING,
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: {
    [ExitCode.NOT_FOUND]: 'there is no such object',
    [ExitCode.PENDING]: 'something is pending, with --exit-code',
  },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
