/** The Node that is embedded: which one, where it comes from, and that it is just that one. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One line: the version, and for each architecture the digest of the npm package that carries its binaries. */
export const PIN = fileURLToPath(new URL('../../packaging/node.json', import.meta.url));

export const pinned = JSON.parse(readFileSync(PIN, 'utf8'));

/**
 * Fetches a release from the npm registry, once, and unpacks its program and licence.
 *
 * @param architecture `x64` or `arm64`
 * @param release its version, and the digest of the package for each architecture
 * @returns the folder with `bin/node` and `LICENSE`
 * @throws if the package is not the pinned one, byte for byte
 */
export function obtainNode(architecture, release = pinned) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sf-ops-build');
  const folder = join(cache, `node-${release.version}-${architecture}-${fingerprint(release[architecture])}`);
  if (existsSync(folder)) return folder;
  const scratch = `${folder}.${process.pid}`;
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  try {
    const name = `node-linux-${architecture}`;
    const packing = ['pack', '--silent', '--pack-destination', scratch, `${name}@${release.version}`];
    execFileSync('npm', packing, { stdio: ['ignore', 'ignore', 'inherit'] });
    const archive = join(scratch, `${name}-${release.version}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== release[architecture])
      throw new Error(`${name} ${release.version} is not the pinned one: ${found}`);
    const members = ['package/bin/node', 'package/LICENSE'];
    execFileSync('tar', [
      '-xzf',
      archive,
      '-C',
      scratch,
      '--strip-components=1',
      '--no-same-owner',
      ...members,
    ]);
    rmSync(archive);
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

function fingerprint(integrity) {
  return createHash('sha256').update(integrity).digest('hex').slice(0, 12);
}
