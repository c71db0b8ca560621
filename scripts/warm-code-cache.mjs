/**
 * Writes the code caches of dist/ that `bin/load.js` reads, for the Node that runs this. Part of the build; whoever has
 * installed the npm package and wants the last milliseconds may run it there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileParts } from './code-cache.mjs';
import { installFile } from './install-file.mjs';

const { cacheFile } = createRequire(import.meta.url)('../bin/load.js');
const folder = fileURLToPath(new URL('../dist/', import.meta.url));
const filename = (name) => `${folder}${name}.cjs`;

// In a checkout, the build comes later.
if (existsSync(filename('sf-ops'))) {
  compileParts({
    filename,
    source: (name) => readFileSync(filename(name)),
    take: (name, source, cache) => installFile(`${folder}${name}.cache`, cacheFile(source, cache)),
  });
}
