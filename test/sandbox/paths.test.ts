import { describe, expect, test } from '@jest/globals';
import { chmod, chown, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../src/core/errors.js';
import { sandboxPaths } from '../../src/sandbox/paths.js';
import { ensurePrivateDirectory, requireUnwritableByOthers } from '../../src/sandbox/private-directory.js';
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

  test('a relative one is ignored, as the specification says', () => {
    const relative = { XDG_DATA_HOME: 'data', XDG_CACHE_HOME: '.', XDG_RUNTIME_DIR: 'run' };
    expect(sandboxPaths({ HOME: '/home/u', ...relative })).toEqual(sandboxPaths({ HOME: '/home/u' }));
    const deep = sandboxPaths({ HOME: '/home/u', ...relative, XDG_DATA_HOME: DEEP, TMPDIR: '/scratch' });
    expect(deep.socketPath).toMatch(/^\/scratch\//);
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

  test.each(['/proc/sandbox', '/proc/self/a/b', '/dev/null/a'])('is refused at once at %s', async (path) => {
    await expect(ensurePrivateDirectory(path)).rejects.toThrow(RefusedError);
  });
});

describe('what is run from a folder', () => {
  test('is refused when others may write in it, or in one above it', async () => {
    const above = await mkdtemp(join(runFolder(), 'above-'));
    const folder = join(above, 'servers', 'one');
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await requireUnwritableByOthers(folder);
    for (const place of [folder, above]) {
      await chmod(place, 0o777);
      await expect(requireUnwritableByOthers(folder)).rejects.toThrow(`others may write in ${place}`);
      // As in /tmp: others may make files of their own, and may not replace ours.
      await chmod(place, 0o1777);
      await requireUnwritableByOthers(folder);
      await chmod(place, 0o755);
    }
  });

  (process.getuid?.() === 0 ? test : test.skip)(
    'is refused when it is somebody else’s (needs root to give it away)',
    async () => {
      const folder = await mkdtemp(join(runFolder(), 'theirs-'));
      await chown(folder, 65534, 65534);
      await expect(requireUnwritableByOthers(folder)).rejects.toThrow(/belongs to somebody else/);
    },
  );
});
