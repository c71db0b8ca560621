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

/** The words that a shell makes of the command. */
function words(command: string): string[] {
  const script = `set -- ${command}; printf '%s\\0' "$@"`;
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

test('typed into a shell, the command asks for the very same operation', () => {
  fc.assert(
    fc.property(correctRequest, (raw) => {
      const request = parseEnqueueRequest(raw);
      const [program, ...argv] = words(repeatCommand(request, OPERATION));
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
    }),
    { numRuns: 150 },
  );
});
