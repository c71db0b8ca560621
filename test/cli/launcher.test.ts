import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runFolder } from '../servers/run-folder.js';
import { built } from './run.js';

const { cacheFile } = createRequire(import.meta.url)('../../bin/load.js') as {
  cacheFile: (source: Buffer, cache: Buffer) => Buffer;
};
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const OURS = '"0.1.0"';
/** As long as ours: V8 itself compares nothing but the length. */
const FOREIGN = '"6.6.6"';

let folder: string;
beforeEach(async () => {
  await built();
  folder = mkdtempSync(join(runFolder(), 'launcher-'));
  for (const name of ['bin', 'dist', 'scripts', 'package.json'])
    cpSync(name, join(folder, name), { recursive: true });
});

function file(name: string): string {
  return join(folder, 'dist', name);
}

function version(): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(folder, 'bin', 'sf-ops'), '--version'], { encoding: 'utf8' });
}

/** The program with other words in it, and the code cache of that. */
function foreignProgram(): { source: Buffer; cache: Buffer } {
  const ours = readFileSync(file('sf-ops.cjs'));
  expect(ours.includes(OURS)).toBe(true);
  const source = Buffer.from(ours.toString('latin1').replaceAll(OURS, FOREIGN), 'latin1');
  writeFileSync(file('sf-ops.cjs'), source);
  execFileSync(process.execPath, [join(folder, 'scripts', 'warm-code-cache.mjs')]);
  writeFileSync(file('sf-ops.cjs'), ours);
  const bytes = readFileSync(file('sf-ops.cache'));
  const begin = bytes.length - (bytes.length - 4 - source.length) / 2;
  return { source, cache: bytes.subarray(begin) };
}

function expectOurs(): void {
  const { status, stdout, stderr } = version();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe('0.1.0\n');
}

describe('the code cache', () => {
  test('is accepted by the Node that runs it', () => {
    const probe = `
      const vm = require('node:vm'); const Script = vm.Script;
      vm.Script = class extends Script { constructor(source, options) { super(source, options);
        if (/\\/dist\\//.test(options.filename)) process.on('exit', () => console.error(this.cachedDataRejected)); } };
      process.argv = [process.execPath, 'sf-ops', 'pending', '--all', '--socket', '/nobody'];
      require(${JSON.stringify(join(folder, 'bin', 'sf-ops'))});`;
    const { stderr } = spawnSync(process.execPath, ['-e', probe], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => /^(true|false)$/.test(line))).toEqual([
      'false',
      'false',
      'false',
    ]);
  });

  test('is left aside when it is damaged, wherever', () => {
    const whole = readFileSync(file('sf-ops.cache'));
    const damaged = [0, 3, 40_000, 0.45, 0.55, 0.7, 0.8, 0.95].map((place) => {
      const bytes = Buffer.from(whole);
      const begin = place < 1 ? Math.floor(bytes.length * place) : place;
      for (let bit = 0; bit < 20; bit += 1) bytes[begin + bit * 16]! ^= 1 << (bit % 8);
      return bytes;
    });
    for (const bytes of [...damaged, whole.subarray(0, 2), whole.subarray(0, -1), Buffer.alloc(0)]) {
      writeFileSync(file('sf-ops.cache'), bytes);
      expectOurs();
    }
  });

  test('is left aside when it was made from another source of the same length', () => {
    const { source, cache } = foreignProgram();
    writeFileSync(file('sf-ops.cache'), cacheFile(source, cache));
    expectOurs();
  });

  test('is left aside when others may write it', () => {
    const planted = cacheFile(readFileSync(file('sf-ops.cjs')), foreignProgram().cache);
    writeFileSync(file('sf-ops.cache'), planted);
    // The control: this is what a cache that is trusted can do.
    expect(version().stdout).toBe('6.6.6\n');
    for (const mode of [0o666, 0o664]) {
      chmodSync(file('sf-ops.cache'), mode);
      expectOurs();
    }
  });

  (isRoot ? test : test.skip)('is left aside when it is another user’s (needs root to give it away)', () => {
    const planted = cacheFile(readFileSync(file('sf-ops.cjs')), foreignProgram().cache);
    writeFileSync(file('sf-ops.cache'), planted);
    chownSync(file('sf-ops.cache'), NOBODY, NOBODY);
    expectOurs();
  });

  test('need not exist', () => {
    for (const name of readdirSync(join(folder, 'dist'))) if (name.endsWith('.cache')) rmSync(file(name));
    expectOurs();
  });
});

(isRoot ? describe : describe.skip)('the program (needs root)', () => {
  test('is not run by root when others may write it', () => {
    chmodSync(file('sf-ops.cjs'), 0o666);
    const { status, stdout, stderr } = version();
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain('root does not run it');
  });

  test('is run by root from a checkout that is wholly another user’s: the launcher is theirs, too', () => {
    execFileSync('chown', ['-R', String(NOBODY), folder]);
    expectOurs();
  });
});
