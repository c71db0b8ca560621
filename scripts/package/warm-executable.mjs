/**
 * Run by the Node that will be embedded, in the folder with the parts: writes their code caches beside them, compiled
 * under the names that the executable gives them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compileParts } from '../code-cache.mjs';

compileParts({
  filename: (name) => `/sf-ops/${name}.cjs`,
  source: (name) => readFileSync(`${name}.cjs`),
  take: (name, _, cache) => writeFileSync(`${name}.cache`, cache),
});
