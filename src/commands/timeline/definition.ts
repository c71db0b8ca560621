import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { argument, count, duration } from '../parameters.js';

const ARGUMENTS = {
  objectType: argument('network, instance, ...', 'object-type'),
  uuid: argument('uuid, name, or the beginning of a uuid', 'object'),
};

const OPTIONS = {
  since: duration('only operations that are younger'),
  limit: count('show no more than the newest n', 1, { default: '50' }),
};

export type TimelineRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const timeline = defineCommand({
  name: 'timeline',
  summary: "an object's operations on an axis of time: waited, ran, ended",
  details: `When an operation began is known while it runs; of one that has ended only events tell it, where there are any. What is
not known is drawn as such.`,
  examples: [
    { command: 'timeline network web', comment: 'what was done to the network named web' },
    { command: 'timeline instance web-2 --since 2h --format svg', comment: 'a picture for a ticket' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  formats: ['svg'],
  toFile: true,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such object' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
