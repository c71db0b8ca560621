import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { COMMANDS } from '../../src/commands/index.js';
import { PROGRAM } from '../../src/cli/program.js';
import { commandHelp, listHelp } from '../../src/cli/documentation/help.js';
import { TOPICS } from '../../src/cli/documentation/topics.js';
import { runCli, temporaryFile } from './run.js';

const LISTED = PROGRAM.filter(({ isHidden }) => isHidden !== true);

describe('help', () => {
  test.each(PROGRAM)('on $name fits 80 columns of ASCII', (definition) => {
    const text = commandHelp(definition);
    expect(text).not.toMatch(/[^\x20-\x7e\n]/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each(COMMANDS)('on $name has its examples and exit codes', ({ name, examples, exitCodes }) => {
    const text = commandHelp(COMMANDS.find((one) => one.name === name)!).replaceAll(/ \\\n +/g, ' ');
    for (const { command } of examples) expect(text).toContain(`  sf-ops ${command}\n`);
    for (const code of Object.keys(exitCodes)) expect(text).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  });

  test('lists every command, and the topics', () => {
    const text = listHelp(null);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const { name } of LISTED) expect(text).toMatch(new RegExp(`^  ${name.split(' ')[0]} +\\S`, 'm'));
    for (const { name } of TOPICS) expect(text).toContain(`sf-ops help ${name}`);
    expect(text).not.toContain('__complete');
  });

  test.each([[['--help']], [['-h']], [[]]])('%j is the list, as the declarations have it', async (words) => {
    expect(await runCli(words)).toEqual({ stdout: listHelp(null), stderr: '', exitCode: 0 });
  });

  test.each([
    [['--help', '--quiet'], listHelp(null)],
    [['network', '--help'], listHelp('network')],
    [['--version', '--quiet'], '0.1.0\n'],
  ])('%j: where more is said, the parser decides', async (words, stdout) => {
    expect(await runCli(words)).toEqual({ stdout, stderr: '', exitCode: 0 });
  });

  test.each(TOPICS)('on the topic $name', async ({ name, title }) => {
    const { stdout, exitCode } = await runCli(['help', name]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${title}\n`));
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each<[string[], RegExp, RegExp]>([
    [['help', 'exit-code'], /no help on "exit-code"/, /sf-ops help exit-codes\?/],
    [['help', 'network', 'is-ok'], /no help on "network is-ok"/, /sf-ops help network is-okay\?/],
    [['pendign', '--help'], /Unknown command 'pendign'/, /Did you mean pending\?/],
    [['network', 'lst', '--help'], /Unknown command 'network lst'/, /Did you mean list\?/],
  ])('%j is an error with the nearest word', async (words, message, hint) => {
    const { stdout, stderr, exitCode } = await runCli(words);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
  });
});

describe('the manual page', () => {
  test('names every command, option and topic', async () => {
    const page = (await runCli(['man'])).stdout.replaceAll(String.raw`\-`, '-');
    for (const { name } of LISTED) expect(page).toContain(`.SS "sf-ops ${name}`);
    for (const { title } of TOPICS) expect(page).toContain(`.SH "${title.toUpperCase()}"`);
    expect(page).toContain('.B "--password-file <file>"');
  });

  test('is what man and its index take, without a warning', async () => {
    const { stdout, exitCode } = await runCli(['man']);
    expect(exitCode).toBe(0);
    const file = await temporaryFile('sf-ops.1', stdout);
    const run = promisify(execFile);
    expect((await run('lexgrog', [file])).stdout).toContain('"sf-ops - administer');
    const { stderr } = await run('groff', ['-man', '-ww', '-z', file]);
    expect(stderr).toBe('');
    const shown = await run('man', ['-l', file], { env: { ...process.env, MANWIDTH: '80', LANG: 'C' } });
    expect(shown.stdout).toMatch(/^ {3}sf-ops network is-okay \[network\.\.\.\] \[options\]$/m);
  });
});

test('docs/reference.md is made from the declarations of today: npm run reference', async () => {
  const { stdout } = await runCli(['man', '--format', 'markdown']);
  expect(readFileSync('docs/reference.md', 'utf8')).toBe(stdout);
});
