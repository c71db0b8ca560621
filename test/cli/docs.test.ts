import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleBlocks, readDocuments, relativeLinks } from './documents.js';
import { newSandboxUser, type SandboxUser } from './shell.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = readDocuments(root);
const blocks = documents.flatMap(({ name, blocks }) => blocks.map((block) => ({ name, ...block })));

describe('the commands in the documents', () => {
  let user: SandboxUser;
  beforeEach(async () => {
    user = await newSandboxUser();
    await user.type('sf-ops sandbox seed');
  });
  afterEach(async () => {
    await user.leave();
  });

  /** One after another on one sandbox: a document tells a story. */
  test.each(documents.filter(({ blocks }) => blocks.some(({ notRun }) => notRun === null)))(
    'those of $name do what it says',
    async ({ name, blocks }) => {
      for (const { line, commands, exitCode, notRun } of blocks) {
        for (const command of notRun === null ? commands : []) {
          const ran = await user.type(command, { SF_OPS_SANDBOX: '1' });
          expect({ at: `${name}:${line}`, command, exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({
            at: `${name}:${line}`,
            command,
            exitCode,
            stderr: ran.stderr,
          });
        }
      }
    },
    120_000,
  );
});

const notRun = blocks.filter((block) => block.notRun !== null);
const notRunList = notRun.map(({ name, line, notRun: reason }) => `${name}:${line} (${reason})`);

test(`few are not run: ${notRunList.join(', ') || 'none'}`, () => {
  const count = (of: typeof blocks): number => of.reduce((sum, { commands }) => sum + commands.length, 0);
  expect(count(notRun)).toBeLessThanOrEqual(count(blocks) / 10);
});

test.each(documents)('every file that $name points at is there', ({ folder, text }) => {
  expect(relativeLinks(text).filter((target) => !existsSync(join(folder, target)))).toEqual([]);
});

describe('a console block', () => {
  const fenced = (words: string, ...lines: string[]): string =>
    ['```console' + words, ...lines, '```', ''].join('\n');

  test('has commands, output, and lines that are continued', () => {
    const text = fenced(
      '',
      '$ sf-ops pending \\',
      '    --all',
      'Nothing is pending.',
      '$ ls',
      '$ cat x | sf-ops wait -',
    );
    expect(consoleBlocks(`# Title\n\n${text}`)).toEqual([
      { line: 3, commands: ['sf-ops pending     --all', 'cat x | sf-ops wait -'], exitCode: 0, notRun: null },
    ]);
  });

  test('says how it ends, or why it is not run', () => {
    const [refused, skipped] = consoleBlocks(
      fenced(' exit=9', '$ sf-ops x') + fenced(' no-run (needs a cluster)', '$ sf-ops y'),
    );
    expect(refused).toMatchObject({ exitCode: 9, notRun: null });
    expect(skipped).toMatchObject({ commands: ['sf-ops y'], notRun: 'needs a cluster' });
  });

  test.each([' exit=x', ' no-run because', ' norun (typo)'])('is not taken with the words "%s"', (words) => {
    expect(() => consoleBlocks(fenced(words, '$ sf-ops x'))).toThrow('is not understood');
  });
});
