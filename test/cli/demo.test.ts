import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleBlocks } from './documents.js';
import { newSandboxUser, type Ran, type SandboxUser } from './shell.js';

const demo = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

let user: SandboxUser;

beforeAll(async () => {
  user = await newSandboxUser();
});

afterAll(async () => {
  await user.leave();
});

describe('the demo', () => {
  let told: Ran;
  let commands: string[];

  beforeAll(async () => {
    // Settings for a real cluster must not get into it.
    const elsewhere = {
      SHAKENFIST_MARIADB_HOST: '192.0.2.1',
      SF_OPS_FORMAT: 'json',
      TMPDIR: user.environment.HOME!,
    };
    told = await user.type(`'${process.execPath}' '${demo}'`, elsewhere);
    commands = told.stdout
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => line.slice(2));
  }, 60_000);

  test('shows the main job to its end', () => {
    expect({ exitCode: told.exitCode, stderr: told.stderr }).toEqual({ exitCode: 0, stderr: told.stderr });
    const verbs = commands.map((command) => /^sf-ops ([a-z]+)/.exec(command)?.[1]);
    const job = ['sandbox', 'enqueue', 'pending', 'network', 'sandbox'];
    const repair = ['network', 'explain', 'requeue', 'sandbox', 'network'];
    expect(verbs).toEqual([...job, ...repair, 'migrate', 'migrate', 'migrate']);
  });

  test('leaves nothing behind, and no sandbox of the user’s', async () => {
    expect(await readdir(user.environment.HOME!)).toEqual([]);
  });

  test('is what the README shows', async () => {
    const shown = consoleBlocks(await readFile(readme, 'utf8')).flatMap((block) => block.commands);
    expect(shown).toEqual(commands);
  });
});

test('the demo fails with the command that fails', async () => {
  const bin = join(user.environment.HOME!, 'bin');
  await mkdir(bin);
  // Without flock no sandbox can be made.
  for (const program of ['bash', 'env', 'grep', 'node']) {
    await symlink(program === 'node' ? process.execPath : `/usr/bin/${program}`, join(bin, program));
  }
  const { exitCode, stdout, stderr } = await user.type(`node '${demo}'`, { PATH: bin });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('`flock`');
  expect(stderr).toContain('demo: this should have ended with 0');
  expect(stdout.split('\n').filter((line) => line.startsWith('$ '))).toHaveLength(1);
});
