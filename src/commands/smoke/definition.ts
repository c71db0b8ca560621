import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand } from '../definition.js';

export const smoke = defineCommand({
  name: 'smoke',
  summary: 'try enqueue, reading and the gate for real, in a transaction that is rolled back',
  details: `Enqueues an operation on a made-up network, reads it back, asks the gate about that network, rolls everything back and
makes sure that nothing is left. No worker can see any of it, because it is never committed. For pipelines: after an
upgrade of sf-ops, of Shaken Fist or of the database.`,
  examples: [
    { command: 'smoke', comment: 'what was tried, and whether it worked' },
    { command: 'smoke --quiet --json', comment: 'for a pipeline' },
  ],
  arguments: {},
  options: {},
  exitCodes: {
    [ExitCode.OK]: 'all of it worked, and nothing is left',
    [ExitCode.NO]: 'something did not work',
  },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
