/**
 * Writes the code caches of dist/: each part of the program as V8 compiled it, taken after a typical command line ran, so
 * that the functions that it needs are in it. The part that every command line needs is taken after `--help`: the more
 * functions a cache holds, the longer it takes to unpack. Runs at build time and after installation, because a cache
 * fits one Node only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installFile } from './install-file.mjs';

const require = createRequire(import.meta.url);
const { cacheFile, compile, evaluate } = require('../bin/load.js');
const folder = fileURLToPath(new URL('../dist/', import.meta.url));
if (!existsSync(`${folder}sf-ops.cjs`)) process.exit(0); // a checkout whose build comes later

const LINES = [
  { part: 'sf-ops', words: ['--help'] },
  // An address where nobody listens: everything up to the connection runs, nothing leaves this process.
  { part: 'commands', words: ['pending', '--all', '--socket', `${folder}nobody`] },
];

process.stdout.write = process.stderr.write = (...words) => {
  words.find((word) => typeof word === 'function')?.();
  return true;
};
warmNext();

/** A command line is over when nothing is left to do. */
function warmNext() {
  const line = LINES.shift();
  if (line === undefined) {
    process.exitCode = 0;
    return;
  }
  process.argv = [process.execPath, 'sf-ops', ...line.words];
  const compiled = new Map();
  const part = (name) => {
    const filename = `${folder}${name}.cjs`;
    const source = readFileSync(filename);
    const script = compile(source, filename);
    compiled.set(name, { source, script });
    return evaluate(script, filename, require, part);
  };
  part('sf-ops');
  process.once('beforeExit', () => {
    const { source, script } = compiled.get(line.part);
    installFile(`${folder}${line.part}.cache`, cacheFile(source, script.createCachedData()));
    warmNext();
  });
}
