import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { argument, count, duration } from '../parameters.js';

const ARGUMENTS = {
  objectType: argument('network, instance, ...', 'object-type'),
  uuid: argument('uuid, name, or the beginning of a uuid', 'object'),
};

const OPTIONS = {
  limit: count('show no more than the newest n; 0: all', 0, { default: '50' }),
  since: duration('only operations that are younger'),
  before: duration('only operations that are older, to go on where a list stopped'),
};

export type HistoryRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const history = defineCommand({
  name: 'history',
  summary: 'every recorded operation of an object, newest first',
  details: `Every recorded operation of the object, newest first: by the time at which it was made, then by sequence_number.
Shaken Fist deletes operations soon after they finish, other than those that failed: what is listed is in flight, failed,
or has finished recently. How long an operation ran is only known where its work row or an event tells when it began.`,
  examples: [
    { command: 'history network web', comment: 'what has happened to the network named web' },
    { command: 'history instance db-1 --since 1d --json', comment: 'the last day, for a script' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such object' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
