import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { consoleBlocks } from '../cli/documents.js';
import { runFolder } from '../servers/run-folder.js';
import { CANNOT_BUILD, release } from './release.js';

const run = promisify(execFile);
const NO_CHROOT =
  process.getuid?.() === 0 && existsSync('/usr/bin/mmdebstrap') ? null : 'needs root and mmdebstrap';

/** Declares the test of a package on a bare system, as an operator does it: install, use, upgrade, remove, purge. */
export function describeBareSystem(suite: string): void {
  const reason = CANNOT_BUILD ?? NO_CHROOT;
  (reason === null ? describe : describe.skip)(`on a bare ${suite} ${reason ?? ''}`, () => {
    test('installs, does what the README shows, and leaves nothing behind', async () => {
      const { deb } = await release();
      const root = mkdtempSync(join(runFolder(), `${suite}-`));
      try {
        await bareSystem(suite, root);
        copyFileSync(deb, join(root, 'root', 'sf-ops.deb'));
        await nextVersion(deb, join(root, 'root'));
        writeFileSync(join(root, 'root', 'session.sh'), session());
        writeFileSync(join(root, 'root', 'life.sh'), LIFE);
        const { stdout } = await inside(root, 'bash /root/life.sh');
        expect(stdout.trim().split('\n').at(-1)).toBe('nothing left behind');
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }, 600_000);
  });
}

async function bareSystem(suite: string, root: string): Promise<void> {
  await run('mmdebstrap', ['--quiet', '--variant=minbase', suite, root]);
  copyFileSync('/etc/resolv.conf', join(root, 'etc', 'resolv.conf'));
}

/** Runs a command in the root, with a process table of its own, which ends whatever it started. */
function inside(root: string, command: string): Promise<{ stdout: string }> {
  const script = `mount -t proc proc ${root}/proc && exec chroot ${root} ${command}`;
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
  };
  return run('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script], {
    env,
    maxBuffer: 1e8,
  });
}

/** The same package with a higher version. */
async function nextVersion(deb: string, folder: string): Promise<void> {
  const unpacked = join(folder, 'next');
  mkdirSync(unpacked);
  await run('dpkg-deb', ['--raw-extract', deb, unpacked]);
  await run('sed', ['-i', 's/^Version: .*/Version: 0.1.0+next/', join(unpacked, 'DEBIAN', 'control')]);
  await run('dpkg-deb', [
    '--root-owner-group',
    '-Zgzip',
    '-z1',
    '--build',
    unpacked,
    join(folder, 'next.deb'),
  ]);
  rmSync(unpacked, { recursive: true });
}

/** The session of the README, word for word. */
function session(): string {
  const blocks = consoleBlocks(readFileSync('README.md', 'utf8')).filter(({ notRun }) => notRun === null);
  const lines = blocks.flatMap(({ commands, exitCode }) =>
    commands.map(
      (command) =>
        `(${command}) > /dev/null; code=$?; [ $code = ${exitCode} ] || { echo "${command.replaceAll(/["$`\\]/g, '')}: $code" >&2; exit 1; }`,
    ),
  );
  return [
    'set -o pipefail',
    'export SF_OPS_SANDBOX=1 SF_OPS_FORMAT=table',
    ...lines,
    'sf-ops sandbox reset --purge --yes',
    '',
  ].join('\n');
}

/** What dpkg itself and apt keep about what was once installed does not count; nor what the session made at home. */
const LIFE = `
set -euo pipefail
everything() { find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /root -o -path /var/lib/dpkg \\
  -o -path /var/lib/apt -o -path /var/cache -o -path /var/log \\) -prune -o -print | sort; }
apt-get update -qq
everything > /root/before
apt-get install -y -qq /root/sf-ops.deb > /dev/null
! command -v node
sf-ops --version
[ "$(dpkg-query -W -f '\${Status}' sf-ops)" = 'install ok installed' ]
cd /root && bash /root/session.sh
apt-get install -y -qq /root/next.deb > /dev/null
[ "$(dpkg-query -W -f '\${Version}' sf-ops)" = 0.1.0+next ]
sf-ops --version
apt-get remove -y -qq sf-ops > /dev/null
! command -v sf-ops
apt-get purge -y -qq sf-ops > /dev/null
everything > /root/after
diff /root/before /root/after
echo nothing left behind
`;
