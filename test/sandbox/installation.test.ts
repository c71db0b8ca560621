import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { RefusedError } from '../../src/core/errors.js';
import { NO_PROGRESS, type Progress } from '../../src/core/progress.js';
import { createDataDirectory } from '../../src/sandbox/data-directory.js';
import { obtainServer } from '../../src/sandbox/installation.js';
import { withFileLock } from '../../src/sandbox/lock.js';
import { runFolder } from '../servers/run-folder.js';
import { answerOf, bundleProgram, spawnProgram } from './process.js';

const REQUEST = { packages: ['mariadb-server-core'] };

describe('a server that is not installed', () => {
  test('is downloaded once by two who ask at the same time, and runs; or refused with what to do', async () => {
    const cache = await mkdtemp(join(runFolder(), 'cache-'));
    let told = 0;
    let ended = 0;
    const progress: Progress = {
      ...NO_PROGRESS,
      start: () => ({ advance: (bytes) => void (told += bytes), end: () => void (ended += 1) }),
    };
    const outcomes = await Promise.allSettled([
      obtainServer(REQUEST, cache, progress),
      obtainServer(REQUEST, cache, progress),
    ]);
    const isDownloaded = outcomes.some(({ status }) => status === 'fulfilled');
    if (isDownloaded) expect({ ended, isLarge: told > 1_000_000 }).toEqual({ ended: 1, isLarge: true });
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        // No mirror can be reached from here: then this is what has to happen.
        expect(outcome.reason).toBeInstanceOf(RefusedError);
        expect((outcome.reason as RefusedError).hint).toBe('sudo apt-get install mariadb-server-core');
      } else {
        expect(outcome.value.version).toMatch(/^\d+\.\d+\.\d+$/);
        await createDataDirectory(outcome.value, await mkdtemp(join(cache, 'data-')));
      }
    }
    const leftovers = (await readdir(join(cache, 'servers'))).filter((name) => name.includes('partial'));
    expect(leftovers).toEqual([]);
  }, 120_000);

  test('is refused, with the command that installs it, where there is no apt', async () => {
    const tools = await mkdtemp(join(runFolder(), 'tools-'));
    for (const name of ['flock', 'sh', 'cat']) {
      const found = process.env.PATH!.split(delimiter).find((folder) => existsSync(join(folder, name)));
      await symlink(join(found!, name), join(tools, name));
    }
    const cache = join(tools, 'cache');
    await mkdir(cache);
    const program = spawnProgram(await bundleProgram(), ['obtain', cache], { PATH: tools });
    expect(await answerOf(program)).toEqual({
      refused: expect.stringMatching(/apt-get cannot be run/),
      hint: 'sudo apt-get install mariadb-server-core',
    });
  });
});

describe('the lock', () => {
  test('is held by one at a time, and let go of when the work fails', async () => {
    const lock = join(await mkdtemp(join(runFolder(), 'lock-')), 'lock');
    let holders = 0;
    const work = (fails: boolean) =>
      withFileLock(lock, async () => {
        holders += 1;
        await new Promise((resolve) => setImmediate(resolve));
        expect(holders).toBe(1);
        holders -= 1;
        if (fails) throw new Error('work failed');
      });
    const outcomes = await Promise.allSettled([work(false), work(true), work(false), work(true)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  });
});
