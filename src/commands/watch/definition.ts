import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { duration, ids, optionalArgument } from '../parameters.js';

const ARGUMENTS = {
  view: optionalArgument('pending (the default), queues, or network', {
    choices: ['pending', 'queues', 'network'] as const,
  }),
  id: ids('after network: networks; after pending: an object type, then objects', 'object', {
    required: false,
  }),
};

const OPTIONS = {
  interval: duration('time between two looks', { default: '2s' }),
  retryFor: duration('how long a database that has answered and is lost is asked again', { default: '2m' }),
};

export type WatchRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const watch = defineCommand({
  name: 'watch',
  summary: 'pending operations, queues or networks, as they change',
  details: `On a terminal a view that redraws itself, the worst first: + is new, ~ has changed, - has ended. Keys: arrows choose a
row, enter explains it, / filters, escape goes back, q ends.

Elsewhere each change is a line of JSON; the first look tells everything as appeared. It goes on until it is ended or
--timeout passes; with --timeout 0 it looks once.`,
  examples: [
    { command: 'watch --timeout 0', comment: 'one look at what is pending' },
    {
      command: 'watch network web edge --timeout 1s',
      comment: 'how two networks change within a second',
      exitCode: ExitCode.DEADLINE,
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  defaultFormat: 'ndjson',
  exitCodes: {
    [ExitCode.OK]: 'ended with q, or because nobody reads on; with --timeout 0: looked once',
    [ExitCode.DEADLINE]: '--timeout passed',
    [ExitCode.NOT_FOUND]: 'there is no such object',
  },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
