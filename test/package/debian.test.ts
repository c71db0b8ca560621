import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CANNOT_BUILD, release } from './release.js';

const run = promisify(execFile);
const NO_LINTIAN = existsSync('/usr/bin/lintian') ? null : 'needs lintian';

let deb: string;
beforeAll(async () => {
  if (CANNOT_BUILD === null) deb = (await release()).deb;
}, 180_000);

async function members(): Promise<{ mode: string; owner: string; path: string }[]> {
  const { stdout } = await run('dpkg-deb', ['--contents', deb]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [mode, owner, , , , path] = line.split(/\s+/);
      return { mode: mode!, owner: owner!, path: path!.slice(1) };
    });
}

(CANNOT_BUILD === null ? describe : describe.skip)(`the Debian package ${CANNOT_BUILD ?? ''}`, () => {
  test('has everything in its place, root’s, and writable by root alone', async () => {
    const found = await members();
    expect(found.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/usr/bin/sf-ops',
        '/usr/share/man/man1/sf-ops.1.gz',
        '/usr/share/bash-completion/completions/sf-ops',
        '/usr/share/zsh/vendor-completions/_sf-ops',
        '/usr/share/fish/vendor_completions.d/sf-ops.fish',
        '/usr/share/doc/sf-ops/copyright',
        '/usr/share/doc/sf-ops/changelog.gz',
        '/usr/share/doc/sf-ops/docs/README.md',
        '/usr/share/doc/sf-ops/examples/config',
        '/usr/share/doc/sf-ops/examples/icinga2.conf',
        '/lib/systemd/system/sf-ops-nightly.service',
        '/lib/systemd/system/sf-ops-nightly.timer',
      ]),
    );
    for (const { mode, owner, path } of found) {
      expect([path, owner, mode.slice(4)]).toEqual([
        path,
        'root/root',
        expect.stringMatching(/^(r-xr-x|r--r--)$/),
      ]);
    }
  });

  test('names every notice that is inside, and those of Node', async () => {
    const { stdout } = await run(
      'sh',
      ['-c', `dpkg-deb --fsys-tarfile ${deb} | tar -xO ./usr/share/doc/sf-ops/copyright`],
      { maxBuffer: 1e8 },
    );
    const notices = readFileSync('dist/NOTICES.txt', 'utf8');
    const titles = notices.match(/^\S+ \d+\.\d+\.\d+ \(.*\)$/gm)!;
    expect(titles.length).toBeGreaterThan(5);
    for (const title of titles) expect(stdout).toContain(title);
    expect(stdout).toContain('Node.js is licensed for use as follows');
  });

  (NO_LINTIAN === null ? test : test.skip)(
    `satisfies lintian ${NO_LINTIAN ?? ''}`,
    async () => {
      const { stdout } = await run('lintian', ['--fail-on', 'error', '--no-tag-display-limit', deb]).catch(
        (error: { stdout: string }) => error,
      );
      expect(stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
    },
    120_000,
  );
});
