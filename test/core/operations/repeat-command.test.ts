import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import {
  declareOperationOptions,
  rawRequest,
  type OperationOptions,
} from '../../../src/commands/enqueue/options.js';
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
      const [program, verb, type, ...options] = words(repeatCommand(request, OPERATION));
      expect([program, verb]).toEqual(['sf-ops', 'enqueue']);
      const command = new Command();
      declareOperationOptions(command);
      command.parse(options, { from: 'user' });
      const repeated = parseEnqueueRequest(rawRequest(type!, command.opts<OperationOptions>()));
      // With a uuid of its own nothing is coalesced, whatever the first attempt said.
      expect({ ...repeated, coalesce: request.coalesce }).toEqual({ ...request, uuid: OPERATION });
    }),
    { numRuns: 150 },
  );
});
