import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSandboxUser, type Ran, type SandboxUser } from './shell.js';

/** The recipes of docs/gate.md that are not console blocks, run as they are written. */
let user: SandboxUser;
let document: string;

beforeAll(async () => {
  document = await readFile(fileURLToPath(new URL('../../docs/gate.md', import.meta.url)), 'utf8');
  user = await newSandboxUser();
  await user.type('sf-ops sandbox seed');
}, 60_000);
afterAll(async () => user.leave());

const run = async (line: string, more: Record<string, string> = {}): Promise<Ran> =>
  user.type(line, { SF_OPS_SANDBOX: '1', ...more });

/** The one command under a heading in a block of this language, without what is not the shell's. */
function recipe(heading: string, language: string, command: RegExp): string {
  const section = document.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const block = section.split(`\`\`\`${language}\n`)[1]!.split('\n```')[0]!;
  return command.exec(block)![1]!;
}

const CRON_COMMAND = /^\S+ \S+ \S+ \S+ \S+ root (.*)$/m;

describe('the line for cron', () => {
  test('is silent while all is well', async () => {
    const line = recipe('In cron', 'cron', CRON_COMMAND).replace('--all', '--namespace ci');
    expect(await run(line)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('prints the answer when a network is not okay', async () => {
    const { stdout } = await run(recipe('In cron', 'cron', CRON_COMMAND));
    expect(stdout).toMatch(/^dmz\t.*\tno\tstuck\t/m);
  });

  test('prints why there is no answer', async () => {
    const line = recipe('In cron', 'cron', CRON_COMMAND);
    const { stdout } = await run(line, {
      SF_OPS_SANDBOX: '0',
      SF_OPS_SOCKET: '/nowhere/socket',
      SF_OPS_TIMEOUT: '1',
    });
    expect(stdout).toMatch(/^sf-ops: \/nowhere\/socket: The database does not answer/);
  });
});

test('the step for CI passes, and stops where there is no answer', async () => {
  const line = recipe('In CI', 'yaml', /^\s+run: (.*)$/m);
  expect(await run(line)).toMatchObject({ exitCode: 0 });
  expect(await run(line, { SF_OPS_SANDBOX: '0', SF_OPS_SOCKET: '/nowhere/socket' })).toMatchObject({
    exitCode: 69,
  });
});

test('the line for node_exporter writes its file', async () => {
  const line = recipe('In Prometheus', 'cron', CRON_COMMAND);
  const folder = user.environment.HOME!;
  expect(await run(line, { TEXTFILES: folder })).toMatchObject({ exitCode: 0, stdout: '' });
  const written = await readFile(join(folder, 'sf_ops.prom'), 'utf8');
  for (const gauge of document.matchAll(/^\| `(sf_ops_\w+)`(?:, `(sf_ops_\w+)`)? \|/gm)) {
    for (const name of gauge.slice(1).filter((found) => found !== undefined)) {
      expect(written).toMatch(new RegExp(`^${name}(\\{.*\\})? [0-9.]+$`, 'm'));
    }
  }
});
