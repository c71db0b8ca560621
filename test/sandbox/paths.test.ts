import { describe, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../src/core/errors.js';
import { sandboxPaths } from '../../src/sandbox/paths.js';
import { ensurePrivateDirectory } from '../../src/sandbox/private-directory.js';
import { runFolder } from '../servers/run-folder.js';

const DEEP = `/deep/${'d'.repeat(100)}`;

describe('where the sandbox lies', () => {
  test('in the user’s data folder, the socket beside the data', () => {
    const paths = sandboxPaths({ HOME: '/home/u' });
    expect(paths.dataDirectory).toBe('/home/u/.local/share/sf-ops/sandbox/data');
    expect(paths.socketPath).toBe('/home/u/.local/share/sf-ops/sandbox/socket');
    expect(paths.cacheDirectory).toBe('/home/u/.cache/sf-ops');
  });

  test('where the XDG variables say; an empty one counts as absent', () => {
    const paths = sandboxPaths({ HOME: '/home/u', XDG_DATA_HOME: '/data', XDG_CACHE_HOME: '' });
    expect(paths.directory).toBe('/data/sf-ops/sandbox');
    expect(paths.cacheDirectory).toBe('/home/u/.cache/sf-ops');
  });

  test('with too deep a data folder the socket is in the runtime folder, else in the temporary one', () => {
    const runtime = sandboxPaths({ HOME: '/home/u', XDG_DATA_HOME: DEEP, XDG_RUNTIME_DIR: '/run/user/7' });
    expect(runtime.socketPath).toMatch(/^\/run\/user\/7\/sf-ops-[0-9a-f]{12}\/socket$/);
    const temporary = sandboxPaths({ HOME: '/home/u', XDG_DATA_HOME: DEEP, TMPDIR: '/scratch' });
    expect(temporary.socketPath).toMatch(/^\/scratch\/sf-ops-\d+-[0-9a-f]{12}\/socket$/);
  });

  test('two data folders never share a socket', () => {
    const one = sandboxPaths({ HOME: '/home/u', XDG_DATA_HOME: `${DEEP}/1` });
    const other = sandboxPaths({ HOME: '/home/u', XDG_DATA_HOME: `${DEEP}/2` });
    expect(one.socketPath).not.toBe(other.socketPath);
  });
});

describe('a private folder', () => {
  const inScratch = async (name: string) => join(await mkdtemp(join(runFolder(), 'private-')), name);

  test('is made so that only its owner may enter, and found so again', async () => {
    const path = await inScratch('a/b');
    await ensurePrivateDirectory(path);
    await ensurePrivateDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  test('is refused if it is a link, open to others, or cannot be made', async () => {
    const open = await inScratch('open');
    await mkdir(open);
    await chmod(open, 0o750);
    await expect(ensurePrivateDirectory(open)).rejects.toThrow(/may be entered by other users/);

    const target = await inScratch('target');
    await mkdir(target, { mode: 0o700 });
    const link = await inScratch('link');
    await symlink(target, link);
    await expect(ensurePrivateDirectory(link)).rejects.toThrow(/is a link/);

    const file = await inScratch('file');
    await writeFile(file, '');
    await expect(ensurePrivateDirectory(file)).rejects.toThrow(RefusedError);
  });
});
