import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readDefaultsFile } from '../../src/configuration/defaults-file.js';
import { ConfigurationError } from '../../src/core/errors.js';
import { runFolder } from '../servers/run-folder.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'defaults-'));
});

async function read(text: string, profile?: string): Promise<Record<string, string>> {
  const path = join(folder, 'my.cnf');
  await writeFile(path, text);
  return Object.fromEntries([...readDefaultsFile(path, profile)].map(([name, { value }]) => [name, value]));
}

/** What `mariadb --print-defaults` of MariaDB 10.11 makes of the same lines. */
describe('an option file is read as the mariadb client reads it', () => {
  test.each([
    ['a plain value', 'user=a', { user: 'a' }],
    ['space around the sign', 'user = a', { user: 'a' }],
    ['a value that holds =', 'user=a=b', { user: 'a=b' }],
    ['a name with underscores or capitals', 'SSL_CA=a', { 'ssl-ca': 'a' }],
    ['an option without a value', 'ssl-verify-server-cert', { 'ssl-verify-server-cert': '' }],
    ['the same before a comment', 'ssl-verify-server-cert # yes', { 'ssl-verify-server-cert': '' }],
    ['double quotes', 'user="a b"', { user: 'a b' }],
    ['single quotes', "user='a b'", { user: 'a b' }],
    ['quotes in the middle', `user=a 'b' c`, { user: `a 'b' c` }],
    ['a doubled quote', `user='it''s'`, { user: `it''s` }],
    ['an escaped quote', String.raw`user="a\"b"`, { user: 'a"b' }],
    ['escapes', String.raw`user=a\tb\\c\sd`, { user: 'a\tb\\c d' }],
    ['an escape that is none', String.raw`user=a\xb`, { user: String.raw`a\xb` }],
    ['a comment after a space', 'user=a # b', { user: 'a' }],
    ['a comment without a space', 'user=a#b', { user: 'a' }],
    ['a # in quotes', `user='a#b'`, { user: 'a#b' }],
    ['a comment after quotes', 'user="a#b" # c', { user: 'a#b' }],
    ['a quote that is never closed', `user=it's#b`, { user: `it's#b` }],
    ['an empty value', 'user=', { user: '' }],
    ['what is loose', 'loose-user=a', { user: 'a' }],
    ['the later of two', 'user=a\nuser=b', { user: 'b' }],
  ])('%s', async (_, line, options) => {
    expect(await read(`[client]\n${line}`)).toEqual(options);
  });

  test('the groups of the client, of the MariaDB client and our own count, in the order of the file', async () => {
    const text =
      '[client]\nuser=a\nport=1\n[mysqld]\nuser=x\n[client-mariadb]\nuser=b\n[sf-ops]\nport=2\n[mysqldump]\nport=3';
    expect(await read(text)).toEqual({ user: 'b', port: '2' });
  });

  test('a profile adds its group, which wins wherever it stands', async () => {
    const text = '[sf-ops-prod]\nhost=p\n[client]\nhost=a\nuser=u\n[sf-ops-test]\nhost=t';
    expect(await read(text)).toEqual({ host: 'a', user: 'u' });
    expect(await read(text, 'prod')).toEqual({ host: 'p', user: 'u' });
    await expect(read(text, 'pord')).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining('no group [sf-ops-pord]') as unknown,
      hint: 'Its profiles: prod, test.',
    });
  });

  test('an option knows its place', async () => {
    await read('[client]\n\nuser=a');
    expect(readDefaultsFile(join(folder, 'my.cnf')).get('user')?.place).toBe(`${join(folder, 'my.cnf')}:3`);
  });

  test('what stands before any group, and comments, count for nothing', async () => {
    expect(await read('user=x\n[client]\n# user=y\n; user=z\nport=1')).toEqual({ port: '1' });
  });

  test('other files are included, relative to the including one, and may include it in turn', async () => {
    await mkdir(join(folder, 'conf.d'), { recursive: true });
    await writeFile(join(folder, 'conf.d', 'b.cnf'), '[client]\nuser=b');
    await writeFile(join(folder, 'conf.d', 'a.cnf'), '[client]\nuser=a\nport=1\n!include ../my.cnf');
    await writeFile(join(folder, 'conf.d', 'ignored.txt'), '[client]\nuser=ignored');
    await writeFile(join(folder, 'other.cnf'), '[client]\ndatabase=other');
    const text = '[client]\nuser=first\n!include other.cnf\n!includedir conf.d\nsocket=s';
    expect(await read(text)).toEqual({ user: 'b', port: '1', database: 'other', socket: 's' });
  });

  test.each([
    ['a file that does not exist', '!include nowhere.cnf'],
    ['a folder that does not exist', '!includedir nowhere'],
  ])('%s is told', async (_, line) => {
    await expect(read(line)).rejects.toThrow(ConfigurationError);
  });
});
