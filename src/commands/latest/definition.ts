import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { argument } from '../parameters.js';

const ARGUMENTS = {
  objectType: argument('network, instance, ...', 'object-type'),
  uuid: argument('uuid, name, or the beginning of a uuid', 'object'),
};

const OPTIONS = {};

export type LatestRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const latest = defineCommand({
  name: 'latest',
  summary: 'the newest operation of an object, whatever its state',
  details: `The latest operation is the one with the highest sequence_number, whatever its state: what Shaken Fist calls the
last cluster operation. It does not tell whether the object is busy: an earlier operation may still be pending. On
Galera, whose nodes number their rows interleaved, it need not be the latest in time; sf-ops history orders by time.`,
  examples: [
    { command: 'latest network web', comment: 'the last cluster operation of the network named web' },
    { command: 'latest instance db-1 --json', comment: 'as the API of Shaken Fist would tell it' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such object' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
