import { execFileSync } from 'node:child_process';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { resolveConnection, type ConnectionFlags } from '../../src/configuration/connection-settings.js';
import { openRegularFile, readRegularFile } from '../../src/configuration/regular-file.js';
import { readThisNode } from '../../src/configuration/this-node.js';
import { ConfigurationError, UsageError } from '../../src/core/errors.js';
import { runFolder } from '../servers/run-folder.js';

let folder: string;
let fifo: string;

beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'files-'));
  // Nobody ever writes to it: who opens it to read waits for ever.
  fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('what is read', () => {
  test('a file, also through a link, and one whose size the system does not know', async () => {
    const path = await file('plain', 'text\n');
    await symlink(path, join(folder, 'link'));
    expect(readRegularFile(join(folder, 'link'), 'file')).toBe('text\n');
    expect(readRegularFile('/proc/self/status', 'file')).toMatch(/^Name:/);
  });

  test('a file up to the limit, and not a byte more', async () => {
    const path = await file('large', 'x'.repeat(100_000));
    expect(readRegularFile(path, 'file', { mostBytes: 100_000 })).toHaveLength(100_000);
    expect(() => readRegularFile(path, 'file', { mostBytes: 99_999 })).toThrow(/larger than 99999 bytes/);
  });
});

describe('what could wait for ever is refused at once', () => {
  test.each<[string, () => string, RegExp]>([
    ['a pipe', () => fifo, /is a pipe, not a regular file/],
    ['an endless device', () => '/dev/zero', /is a device, not a regular file/],
    ['a folder', () => folder, /is a folder, not a regular file/],
    ['nothing', () => join(folder, 'nowhere'), /ENOENT/],
  ])('%s', async (_, path, reason) => {
    expect(() => readRegularFile(path(), 'list')).toThrow(ConfigurationError);
    expect(() => readRegularFile(path(), 'list', { error: UsageError })).toThrow(UsageError);
    expect(() => readRegularFile(path(), 'list')).toThrow(reason);
    await expect(openRegularFile(path(), 'list', { error: UsageError })).rejects.toThrow(reason);
  });

  test.each<[string, () => ConnectionFlags]>([
    ['--password-file', () => ({ host: 'a', passwordFile: fifo })],
    ['--config', () => ({ config: fifo })],
    ['--defaults-file', () => ({ defaultsFile: fifo })],
    ['--ssl-ca', () => ({ host: 'a', sslCa: fifo })],
    ['--ssl-cert', () => ({ host: 'a', sslCert: fifo })],
    ['--ssl-key', () => ({ host: 'a', sslKey: '/dev/zero' })],
  ])('%s', (_, flags) => {
    expect(() => resolveConnection({ ...flags() }, {})).toThrow(ConfigurationError);
    expect(() => resolveConnection({ ...flags() }, {})).toThrow(/not a regular file/);
  });

  test('an option file that includes one', async () => {
    const defaultsFile = await file('my.cnf', `!include ${fifo}\n`);
    expect(() => resolveConnection({ host: 'a', defaultsFile }, {})).toThrow(/not a regular file/);
  });

  test("this node's own configuration is unknown then", () => {
    expect(readThisNode(fifo, { SHAKENFIST_STORAGE_PATH: folder }).uuid).toHaveProperty('unknown');
  });
});

test('a file that is opened can be read piece by piece', async () => {
  const handle = await openRegularFile(await file('lines', 'a\nb\n'), 'list');
  const lines: string[] = [];
  for await (const line of handle.readLines()) lines.push(line);
  expect(lines).toEqual(['a', 'b']);
});
