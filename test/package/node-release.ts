import { onceInRun } from '../servers/mariadb.js';
import { runFolder } from '../servers/run-folder.js';
import { join } from 'node:path';

interface NodeRelease {
  version: string;
  x64: string;
}

interface Releases {
  pinned: NodeRelease;
  obtainNode: (architecture: string, release?: NodeRelease) => string;
}

/** An older line that is still supported; the one that is embedded is the newest. */
const NODE_22: NodeRelease = {
  version: '22.23.3',
  x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
};

/** @returns the folder of that release, with `bin/node` in it; fetched from the npm registry once a machine */
export async function nodeRelease(major: number): Promise<string> {
  const path = '../../scripts/package/node.mjs';
  const { obtainNode, pinned } = (await import(path)) as Releases;
  const release = [NODE_22, pinned].find(({ version }) => version.startsWith(`${major}.`));
  if (release === undefined) throw new Error(`no release of Node ${major} is known here`);
  let folder = '';
  await onceInRun(join(runFolder(), `node-${major}`), async () => void (folder = obtainNode('x64', release)));
  return folder || obtainNode('x64', release);
}
