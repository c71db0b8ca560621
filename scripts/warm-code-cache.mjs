/**
 * Writes the code caches of dist/sf-ops.cjs: the bundle as V8 compiled it, taken after typical paths ran, so that the
 * functions they need are in it. One is for a command line without a command, such as `--help`, and small; the other for
 * commands. Runs at build time and after installation, because a cache fits one Node only.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const filename = fileURLToPath(new URL('../dist/sf-ops.cjs', import.meta.url));
if (!existsSync(filename)) process.exit(0); // a checkout whose build comes later
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;

const caches = [
  { name: `${filename}.help.cache`, words: ['--help'] },
  // An address where nobody listens: everything up to the connection runs, nothing leaves this process.
  { name: `${filename}.cache`, words: ['pending', '--all', '--socket', `${filename}.nobody`] },
];

process.stdout.write = process.stderr.write = (...words) => {
  words.find((word) => typeof word === 'function')?.();
  return true;
};
warmNext();

/** A command line is over when nothing is left to do. */
function warmNext() {
  const cache = caches.shift();
  if (cache === undefined) {
    process.exitCode = 0;
    return;
  }
  const bundle = new Script(source, { filename });
  process.argv = [process.execPath, 'sf-ops', ...cache.words];
  bundle.runInThisContext()({}, createRequire(filename), { exports: {} }, filename, dirname(filename));
  process.once('beforeExit', () => {
    writeFileSync(`${cache.name}.${process.pid}`, bundle.createCachedData());
    renameSync(`${cache.name}.${process.pid}`, cache.name);
    warmNext();
  });
}
