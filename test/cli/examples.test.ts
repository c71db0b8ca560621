import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROGRAM } from '../../src/cli/program.js';
import { newSandboxUser, type SandboxUser } from './shell.js';

/** A line of what the example of `enqueue --file` reads. */
const REQUEST = { operation_type: 'net_op', network_uuid: 'web', tasks: ['network_deploy'] };

let user: SandboxUser;
/** Whether the sample cluster is as `sandbox seed` makes it. */
let isFresh = false;
beforeAll(async () => {
  user = await newSandboxUser();
  const home = user.environment.HOME!;
  await writeFile(join(home, 'requests.ndjson'), `${JSON.stringify(REQUEST)}\n`);
  await user.type('sf-ops sandbox seed');
  const apply = 'sf-ops migrate apply drop-last-cluster-operation --yes --yes-daemons-are-stopped';
  expect((await user.type(`${apply} --sandbox --backup kept.ndjson`)).exitCode).toBe(0);
});
afterAll(async () => user.leave());

async function seeded(): Promise<void> {
  if (isFresh) return;
  expect((await user.type('sf-ops sandbox seed --yes')).exitCode).toBe(0);
}

describe.each(PROGRAM)('the examples of $name', ({ name, examples, writes }) => {
  const changes = writes === true || name.startsWith('sandbox');

  test.each(examples)('$command', async ({ command, exitCode = 0 }) => {
    await seeded();
    isFresh = !changes;
    const ran = await user.type(`sf-ops ${command}`, { SF_OPS_SANDBOX: '1' });
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({ exitCode, stderr: ran.stderr });
  });
});
