import { beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NewFile } from '../../src/files/new-file.js';

const NEVER = { replace: 'never', mode: 0o600 } as const;
const FILE = { replace: 'file', mode: 0o644 } as const;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sf-ops-new-file-'));
  path = join(folder, 'values');
});

test('appears whole, for its owner only, with nothing beside it', async () => {
  const file = await NewFile.create(path, NEVER);
  await file.append('one ');
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  await file.append(Buffer.from('two'));
  await file.finish();
  expect(await readFile(path, 'utf8')).toBe('one two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await file.discard();
  expect(await readdir(folder)).toEqual(['values']);
});

test('leaves nothing when it is given up', async () => {
  const file = await NewFile.create(path, NEVER);
  await file.append('one');
  await file.discard();
  expect(await readdir(folder)).toEqual([]);
});

describe.each([
  ['a file', async () => writeFile(path, 'before')],
  ['a folder', async () => mkdir(path)],
  ['a FIFO', async () => void execFileSync('mkfifo', [path])],
  ['a link to a file', async () => link('target')],
  ['a link to nothing', async () => symlink(join(folder, 'nothing'), path)],
  ['a link to a device', async () => symlink('/dev/null', path)],
])('%s of that name', (_, plant) => {
  test('is refused at once', async () => {
    await plant();
    await expect(NewFile.create(path, NEVER)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test('is not written to when it appears meanwhile', async () => {
    const file = await NewFile.create(path, NEVER);
    await file.append('secret');
    await plant();
    const before = await readdir(folder);
    await expect(file.finish()).rejects.toMatchObject({ code: 'EEXIST' });
    await file.discard();
    expect((await readdir(folder)).sort()).toEqual(before.filter((name) => !name.startsWith('.')).sort());
  });
});

test('a regular file is replaced where that is wanted, without its mode; a link is not', async () => {
  await writeFile(path, 'before', { mode: 0o666 });
  const file = await NewFile.create(path, FILE);
  await file.append('after');
  await file.finish();
  expect(await readFile(path, 'utf8')).toBe('after');
  expect((await stat(path)).mode & 0o777 & ~0o022).toBe(0o644);
  await link('other');
  await expect(NewFile.create(join(folder, 'values-link'), FILE)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(join(folder, 'other'), 'utf8')).toBe('precious');
});

async function link(name: string): Promise<void> {
  await writeFile(join(folder, name), 'precious');
  await symlink(join(folder, name), name === 'other' ? join(folder, 'values-link') : path);
}
