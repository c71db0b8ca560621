import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onceInRun } from '../servers/mariadb.js';
import { runFolder } from '../servers/run-folder.js';

const run = promisify(execFile);

/** What is released, built once in a run, compressed less. */
export async function release(): Promise<
  Record<'deb' | 'foreignDeb' | 'executable' | 'tarball' | 'bill', string>
> {
  const folder = join(runFolder(), 'release');
  const mark = join(runFolder(), 'released');
  await onceInRun(mark, async () => {
    await buildRelease(folder);
    writeFileSync(mark, '');
  });
  const file = (name: string): string => join(folder, name);
  return {
    deb: file('sf-ops_0.1.0_amd64.deb'),
    foreignDeb: file('sf-ops_0.1.0_arm64.deb'),
    executable: file('sf-ops-0.1.0-linux-x64'),
    tarball: file('sf-ops-0.1.0.tgz'),
    bill: file('sf-ops-0.1.0.sbom.cdx.json'),
  };
}

/** @returns the checksums of everything in the folder */
export async function buildRelease(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(process.execPath, ['scripts/package.mjs', '--fast', `--into=${folder}`]);
  const { stdout } = await run('cat', [join(folder, 'SHA256SUMS')]);
  return stdout;
}

/** Whether this machine can build for the architecture that it runs on, and how to make it so. */
export const CANNOT_BUILD = ['/usr/bin/dpkg-deb', '/usr/bin/strip'].every((path) => existsSync(path))
  ? null
  : 'needs dpkg-deb and binutils';

/** Whether the package for arm64 can be built here, and run on an emulated processor. */
export const NO_FOREIGN_PROCESSOR = [
  'bin/aarch64-linux-gnu-strip',
  'bin/qemu-aarch64-static',
  'aarch64-linux-gnu/lib/libstdc++.so.6',
].every((path) => existsSync(join('/usr', path)))
  ? null
  : 'needs binutils-aarch64-linux-gnu, qemu-user-static and libstdc++6-arm64-cross';
