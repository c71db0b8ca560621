/** The Debian package: one executable, and what belongs to it on a machine. dpkg-deb is all it takes. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { noticesOf } from './libraries.mjs';
import { obtainNode } from './node.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Debian has one copy of this text for all packages, and wants no second one. */
const COMMON_LICENSES = {
  'Apache-2.0': 'On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n',
};
export const DEBIAN_ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' };

/**
 * @param release `{ architecture, version, executable, libraries, epoch, compression }`; `executable` is the file to
 *   install, `epoch` the time of everything in it in unix seconds, `compression` what `dpkg-deb -Z` takes
 * @param text gives what the program itself prints: its manual page and completions
 */
export function buildDebianPackage(
  { architecture, version, executable, libraries, epoch, compression },
  text,
  scratch,
  output,
) {
  const stage = join(scratch, `debian-${architecture}`);
  rmSync(stage, { recursive: true, force: true });
  const put = (path, content, mode = 0o644) => {
    const target = join(stage, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    writeFileSync(target, content);
    chmodSync(target, mode);
  };
  const from = (...words) => readFileSync(join(root, ...words));

  put('usr/bin/sf-ops', readFileSync(executable), 0o755);
  put('usr/share/man/man1/sf-ops.1.gz', compressed(text('man')));
  put('usr/share/bash-completion/completions/sf-ops', text('completion', 'bash'));
  put('usr/share/zsh/vendor-completions/_sf-ops', text('completion', 'zsh'));
  put('usr/share/fish/vendor_completions.d/sf-ops.fish', text('completion', 'fish'));
  const licences = [
    noticesOf(libraries, COMMON_LICENSES),
    readFileSync(join(obtainNode(architecture), 'LICENSE'), 'utf8'),
  ];
  put('usr/share/doc/sf-ops/copyright', [from('packaging', 'debian', 'copyright'), ...licences].join('\n'));
  put('usr/share/doc/sf-ops/changelog.gz', compressed(from('CHANGELOG.md')));
  put('usr/share/doc/sf-ops/README.md', from('README.md'));
  for (const path of readdirSync(join(root, 'docs'), { recursive: true }).sort()) {
    if (statSync(join(root, 'docs', path)).isFile())
      put(`usr/share/doc/sf-ops/docs/${path}`, from('docs', path));
  }
  for (const name of readdirSync(join(root, 'packaging', 'examples')).sort()) {
    put(`usr/share/doc/sf-ops/examples/${name}`, from('packaging', 'examples', name));
  }
  for (const name of ['sf-ops-nightly.service', 'sf-ops-nightly.timer']) {
    put(`lib/systemd/system/${name}`, from('packaging', 'systemd', name));
  }
  put('usr/share/lintian/overrides/sf-ops', from('packaging', 'debian', 'lintian-overrides'));
  const size = Math.ceil(sizeOf(stage) / 1024);
  const values = { VERSION: version, ARCHITECTURE: DEBIAN_ARCHITECTURE[architecture], SIZE: size };
  const control = from('packaging', 'debian', 'control').toString();
  put(
    'DEBIAN/control',
    control.replace(/@([A-Z]+)@/g, (_, name) => values[name]),
  );
  for (const name of ['prerm', 'postrm']) put(`DEBIAN/${name}`, from('packaging', 'debian', name), 0o755);
  put('DEBIAN/md5sums', checksums(stage));
  // Folders that this process made follow its umask.
  execFileSync('find', [stage, '-type', 'd', '-exec', 'chmod', '0755', '{}', '+']);

  const environment = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) };
  const building = ['--root-owner-group', '--threads-max=1', ...compression, '--build', stage, output];
  execFileSync('dpkg-deb', building, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Without the name and the time that gzip would put in. */
function compressed(content) {
  return gzipSync(content, { level: 9 });
}

function filesIn(stage) {
  return readdirSync(stage, { recursive: true })
    .filter((path) => !path.startsWith('DEBIAN') && statSync(join(stage, path)).isFile())
    .sort();
}

function sizeOf(stage) {
  return filesIn(stage).reduce((sum, path) => sum + statSync(join(stage, path)).size, 0);
}

function checksums(stage) {
  return execFileSync('md5sum', filesIn(stage), { cwd: stage });
}
