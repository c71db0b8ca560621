import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { parseCommandLine } from '../../../src/cli/command-line.js';
import { allOptions } from '../../../src/cli/global-options.js';
import { optionValues } from '../../../src/cli/typed-values.js';
import { enqueue, type EnqueueCommandOptions } from '../../../src/commands/enqueue/definition.js';
import { rawRequest } from '../../../src/commands/enqueue/options.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { repeatCommand } from '../../../src/core/operations/repeat-command.js';
import { correctRequest, OPERATION } from './requests.js';

/** The words that a shell makes of each command. One shell for all of them: it takes longer to start than to read. */
function words(commands: readonly string[]): string[][] {
  const script = commands.map((command) => `set -- ${command}; printf '%s\\0' "$#" "$@"`).join('\n');
  const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  return commands.map(() => said.splice(0, 1 + Number(said[0])).slice(1));
}

test('typed into a shell, the command asks for the very same operation', () => {
  fc.assert(
    fc.property(fc.array(correctRequest, { minLength: 30, maxLength: 30 }), (raws) => {
      const requests = raws.map((raw) => parseEnqueueRequest(raw));
      const lines = words(requests.map((request) => repeatCommand(request, OPERATION)));
      for (const [index, request] of requests.entries()) {
        const [program, ...argv] = lines[index]!;
        const {
          definition,
          typed,
          words: [type],
        } = parseCommandLine(argv, [enqueue], allOptions);
        expect([program, definition]).toEqual(['sf-ops', enqueue]);
        const options = optionValues(enqueue.options, typed, {}) as EnqueueCommandOptions;
        const repeated = parseEnqueueRequest(rawRequest(type!, options));
        // With a uuid of its own nothing is coalesced, whatever the first attempt said.
        expect({ ...repeated, coalesce: request.coalesce }).toEqual({ ...request, uuid: OPERATION });
      }
    }),
    { numRuns: 5 },
  );
});
