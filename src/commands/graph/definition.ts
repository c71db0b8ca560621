import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { argument, optionalArgument } from '../parameters.js';

const ARGUMENTS = {
  subject: argument('an operation, or an object type before a uuid', 'operation'),
  uuid: optionalArgument('with an object type: uuid, name, or the beginning of a uuid', {
    completes: 'object',
  }),
};

const OPTIONS = {};

export type GraphRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const graph = defineCommand({
  name: 'graph',
  summary: 'what an operation waits for, and what waits for it, as a tree or a picture',
  details: `Each operation stands below the one that waits for it. Of what waits, only unfinished operations are found. Circles, and
operations that are waited for and do not exist, are marked: what waits for those never runs.`,
  examples: [
    { command: 'graph 70000005', comment: 'what the operation waits for' },
    { command: 'graph instance web-2 --format svg', comment: 'a picture of all operations of the instance' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  formats: ['tree', 'dot', 'mermaid', 'svg'],
  toFile: true,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such operation or object' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
