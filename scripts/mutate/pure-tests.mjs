import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { Script } from 'node:vm';
import { format } from 'node:util';
import { build } from 'esbuild';
import { expect } from 'expect';
import fc from 'fast-check';

const require = createRequire(import.meta.url);

const PROVIDED = { 'fast-check': fc };

// A failed property need not be made small, and a mutant must not be killed one day and survive the next.
fc.configureGlobal({ endOnFailure: true, seed: 1 });

/** Where the tests are that need nothing but the rules that they test. */
const FOLDERS = ['test/core', 'test/audit/doctor', 'test/audit/rules', 'test/migrations/verdicts'];

function pureTestFiles() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  ).sort();
}

/**
 * Bundles every file of pure tests with the modules that it imports. A bundle can then be loaded afresh, with all its modules,
 * in a millisecond or two: ES modules cannot be unloaded, and jest links each of them anew for every run.
 */
export async function bundlePureTests(files = pureTestFiles()) {
  const { outputFiles, metafile } = await build({
    entryPoints: files,
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['@jest/globals', ...Object.keys(PROVIDED)],
    absWorkingDir: process.cwd(),
    outdir: 'never-written',
    outbase: '.',
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, text }) => {
    const { entryPoint, inputs } = metafile.outputs[relative(process.cwd(), path)];
    const source = `(function (require, module, exports) {${text}\n})`;
    const evaluate = new Script(source, { filename: path }).runInThisContext();
    return {
      file: entryPoint,
      sources: new Set(Object.keys(inputs)),
      load: () => load(evaluate, entryPoint),
    };
  });
}

/**
 * The tests of a file. Of jest they have `describe`, `test`, `expect` and `each`: no hooks, no mocks. Throws what the
 * modules throw while they are loaded.
 */
function load(evaluate, file) {
  const tests = [];
  const names = [];
  const describe = (name, define) => {
    names.push(name);
    define();
    names.pop();
  };
  const test = (name, run) => {
    const title = [file, ...names, name].join(' › ');
    const namesakes = tests.filter((other) => other.title === title).length;
    tests.push({ title, id: namesakes === 0 ? title : `${title} (${namesakes + 1})`, run });
  };
  describe.each = each(describe);
  test.each = each(test);
  const provided = { ...PROVIDED, '@jest/globals': { describe, expect, test } };
  const module = { exports: {} };
  evaluate((name) => provided[name] ?? require(name), module, module.exports);
  return tests;
}

function each(define) {
  return (rows) => (name, run) =>
    rows.forEach((row, index) => {
      const values = Array.isArray(row) ? row : [row];
      define(`${format(name, ...values.map(String))} [${index}]`, () => run(...values));
    });
}
