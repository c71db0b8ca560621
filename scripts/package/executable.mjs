/** The single executable: a Node that holds the program, and needs no file beside it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inject } from 'postject';
import { PARTS } from '../parts.mjs';
import { obtainNode } from './node.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** By it Node knows that something was injected; the same in every release. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const STRIP = { x64: 'strip', arm64: 'aarch64-linux-gnu-strip' };

/**
 * @param architecture `x64` or `arm64`
 * @param scratch a folder to work in
 * @param output the file to write
 */
export async function buildExecutable(architecture, scratch, output) {
  const node = join(obtainNode(architecture), 'bin', 'node');
  const folder = join(scratch, `executable-${architecture}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  await build({
    absWorkingDir: root,
    entryPoints: ['packaging/executable.cjs'],
    outfile: join(folder, 'main.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    logLevel: 'warning',
  });
  const parts = Object.keys(PARTS).map((part) => `${part}.cjs`);
  for (const part of parts) copyFileSync(join(root, 'dist', part), join(folder, part));
  // A cache is for one processor: only here can be made what runs here.
  const caches = architecture === process.arch ? warm(node, folder) : [];
  const blob = makeBlob(folder, [...parts, ...caches]);

  copyFileSync(node, output);
  chmodSync(output, 0o755);
  execFileSync(STRIP[architecture], [output]);
  await quietly(() => inject(output, 'NODE_SEA_BLOB', blob, { sentinelFuse: FUSE }));
}

/** Compiles the parts with the Node that will run them. `--predictable`: the same bytes each time. */
function warm(node, folder) {
  const script = join(root, 'scripts', 'package', 'warm-executable.mjs');
  execFileSync(node, ['--predictable', script], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
  });
  return Object.keys(PARTS).map((part) => `${part}.cache`);
}

/** The blob is made by the Node whose version it is for, on this machine; it is the same for every architecture. */
function makeBlob(folder, names) {
  const configuration = {
    main: 'main.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    // What is in NODE_OPTIONS is meant for other programs.
    execArgvExtension: 'none',
    assets: Object.fromEntries(names.map((name) => [name, name])),
  };
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(configuration));
  const node = join(obtainNode(process.arch), 'bin', 'node');
  execFileSync(node, ['--experimental-sea-config', 'sea.json'], { cwd: folder, stdio: 'pipe' });
  return readFileSync(join(folder, 'blob'));
}

/** The library talks. */
async function quietly(work) {
  const { log, warn } = console;
  console.log = console.warn = () => undefined;
  try {
    return await work();
  } finally {
    Object.assign(console, { log, warn });
  }
}

/** Whether this machine can make the executable of that architecture. */
export function canBuild(architecture) {
  return process.env.PATH.split(':').some((folder) => existsSync(join(folder, STRIP[architecture])));
}
