import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { duration, flag, ids, optionalArgument, repeated, text } from '../parameters.js';

const ARGUMENTS = {
  objectType: optionalArgument('network, instance, ...', { completes: 'object-type' }),
  uuid: ids('uuids, names, or the beginnings of uuids', 'object', { required: false }),
};

const OPTIONS = {
  operation: repeated(text('uuid', 'wait for this operation; more may follow', { completes: 'operation' })),
  interval: duration('time between two looks, once waiting has settled', { default: '1s' }),
  any: flag('end with the first operation that ends'),
  failFast: flag('end with the first operation that does not complete'),
  newOnly: flag('on objects: leave alone what is pending now, wait for what comes'),
  retryFor: duration('how long a database that does not answer is asked again (2m, once it has answered)'),
};

export type WaitCommandRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const wait = defineCommand({
  name: 'wait',
  summary: 'wait until operations have ended, or nothing is pending on an object',
  details: `Ends on any end: complete, failed, aborted, or gone. Shaken Fist deletes what has finished half a minute after it
ended, so one that was seen and is missing is reported as gone, with its last state; failed ones are kept.

On an object it waits for all that is pending there and all that comes meanwhile. With --timeout 0 it looks once.`,
  examples: [
    {
      command: 'wait instance web-1 --timeout 10m',
      comment: 'until nothing is pending on the instance web-1',
    },
    {
      command: 'wait --operation 70000024 --timeout 0',
      comment: 'one look: 8 while it is pending',
      exitCode: ExitCode.PENDING,
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: {
    [ExitCode.OK]: 'everything completed, or nothing was pending',
    [ExitCode.DEADLINE]: 'still pending when --timeout passed',
    [ExitCode.FAILED]: 'an operation failed or was aborted',
    [ExitCode.NOT_FOUND]: 'an operation is gone, or never was',
    [ExitCode.PENDING]: 'with --timeout 0: still pending',
    [ExitCode.UNAVAILABLE]: 'cannot tell: the database does not answer',
  },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
