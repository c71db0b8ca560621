import { defineCommand, type Request } from '../definition.js';
import { flag } from '../parameters.js';

const OPTIONS = {
  stuck: flag('only queues with work that will not go on by itself'),
};

export type QueuesRequest = Request<typeof OPTIONS, Record<never, never>>;

export const queues = defineCommand({
  name: 'queues',
  summary: 'what waits in the work queues, and who drains them',
  details: `Every queue that has work: what is ready, put off and claimed, since when the oldest is due, which daemon takes
work from it and whether that runs. A queue that nobody drains gives no error: its work waits for ever.`,
  examples: [
    { command: 'queues', comment: 'every queue that has work, the worst first' },
    { command: 'queues --stuck --json', comment: 'for a script: those with work that will not go on' },
  ],
  arguments: {},
  options: OPTIONS,
  exitCodes: {},
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
