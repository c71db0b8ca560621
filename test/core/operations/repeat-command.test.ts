import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { parseCommandLine } from '../../../src/cli/command-line.js';
import { allOptions } from '../../../src/cli/global-options.js';
import { optionValues } from '../../../src/cli/typed-values.js';
import { enqueue, type EnqueueCommandOptions } from '../../../src/commands/enqueue/definition.js';
import { rawRequest } from '../../../src/commands/enqueue/options.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { repeatCommand } from '../../../src/core/operations/repeat-command.js';
import { correctRequest, NETWORK, NODE, OPERATION } from './requests.js';

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

describe('the command in words', () => {
  const command = (raw: object): string =>
    repeatCommand(parseEnqueueRequest({ tasks: ['network_deploy'], ...raw }), OPERATION);
  const DEPLOY = { operation_type: 'net_op', network_uuid: NETWORK };

  test('says where the work goes, where its type leaves that open', () => {
    expect(command(DEPLOY)).toBe(
      `sf-ops enqueue net_op --network-uuid ${NETWORK} --task network_deploy --priority user_facing --target networknode --family clusteroperation --uuid ${OPERATION}`,
    );
    expect(command({ ...DEPLOY, target: NODE, family: 'network' })).toContain(
      ` --target ${NODE} --family network `,
    );
    const blob = {
      operation_type: 'node_blob_op',
      node_uuid: NODE,
      blob_uuid: NETWORK,
      tasks: ['ensure_local'],
    };
    expect(command(blob)).not.toMatch(/--target|--family|--delay/);
  });

  test('names what it waits for, and for how long', () => {
    const words = command({
      ...DEPLOY,
      depends_on: [`net_op:${NODE}`],
      runs_after: ['latest', `net_op:${NODE}`],
      delay: 5,
    });
    expect(words).toContain(
      ` --depends-on net_op:${NODE} --runs-after latest --runs-after net_op:${NODE} --delay 5 `,
    );
  });

  test('quotes what a shell would take apart, and nothing else', () => {
    expect(command({ ...DEPLOY, request_id: "it's 1" })).toContain(" --request-id 'it'\\''s 1' ");
    expect(command({ ...DEPLOY, request_id: 'req-1_a@b%c+d=e:f,g./h' })).toContain(
      ' --request-id req-1_a@b%c+d=e:f,g./h ',
    );
  });
});
