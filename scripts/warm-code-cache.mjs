/**
 * Writes dist/sf-ops.cjs.cache: the bundle as V8 compiled it, taken after the paths of a typical command ran, so that
 * the functions it needs are in it. Runs at build time and after installation, because the cache fits one Node only.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const filename = fileURLToPath(new URL('../dist/sf-ops.cjs', import.meta.url));
if (!existsSync(filename)) process.exit(0); // a checkout whose build comes later
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const bundle = new Script(source, { filename });

// An address where nobody listens: everything up to the connection runs, nothing leaves this process.
process.argv = [process.execPath, 'sf-ops', 'pending', '--all', '--socket', `${filename}.nobody`];
process.stderr.write = () => true;
bundle.runInThisContext()({}, createRequire(filename), { exports: {} }, filename, dirname(filename));
process.once('beforeExit', () => {
  process.exitCode = 0;
  writeFileSync(`${filename}.cache.${process.pid}`, bundle.createCachedData());
  renameSync(`${filename}.cache.${process.pid}`, `${filename}.cache`);
});
