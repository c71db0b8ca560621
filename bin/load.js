'use strict';
/**
 * Compiles a part of the program, `dist/<part>.cjs`, through V8's code cache beside it, which saves most of the
 * start-up time. A cache is used only if it is whole, was made from just this source, and can be written by nobody who
 * could not write the program itself; else it is left aside, and only time is lost.
 *
 * V8 checks none of this: it compares the source by its length, and a damaged cache crashes the process. A digest would
 * do, but loading `node:crypto` costs more than the cache of the first part saves. So the file holds the source, and the
 * cache twice, and what is equal is whole: comparing bytes costs nothing.
 */
const { closeSync, fstatSync, openSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** What the bundler's code expects to find around it; `part(name)` is what another part exports. */
const PARAMETERS = 'exports, require, module, __filename, part';
const CONFIGURATION_ERROR = 78;

/** Runs the program whose parts lie in `folder`. */
exports.run = (folder, require) => {
  const part = (name) => {
    const filename = join(folder, `${name}.cjs`);
    const { bytes, trusted } = read(filename);
    if (!trusted && process.getuid() === 0) refuse(filename);
    const cachedData = cacheFor(bytes, join(folder, `${name}.cache`));
    return evaluate(compile(bytes, filename, cachedData), filename, require, part);
  };
  part('sf-ops');
};

/** @param bytes the source, as it lies on the disk */
const compile = (bytes, filename, cachedData) =>
  // ASCII, which V8 keeps at one byte a character and need not decode.
  new Script(`(function (${PARAMETERS}) {${bytes.latin1Slice()}\n})`, { filename, cachedData });
exports.compile = compile;

const evaluate = (script, filename, require, part) => {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, filename, part);
  return module.exports;
};
exports.evaluate = evaluate;

/** The content of a cache file: how long the source is, the source, the cache, and the cache again. */
exports.cacheFile = (source, cache) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(source.length);
  return Buffer.concat([length, source, cache, cache]);
};

/** @returns the cache of this source, or undefined where there is none that can be used */
function cacheFor(source, filename) {
  let file;
  try {
    file = read(filename);
  } catch {
    return undefined; // Not built on this machine.
  }
  const { bytes, trusted } = file;
  const begin = 4 + source.length;
  const middle = begin + (bytes.length - begin) / 2;
  if (!trusted || bytes.length <= begin || !Number.isInteger(middle)) return undefined;
  const [cache, again] = [bytes.subarray(begin, middle), bytes.subarray(middle)];
  const whole =
    bytes.readUInt32LE() === source.length && source.equals(bytes.subarray(4, begin)) && cache.equals(again);
  return whole ? cache : undefined;
}

/** Reads a file, and says whether only those can write it who can write this one, whoever runs it, and root. */
function read(filename) {
  const file = openSync(filename, 'r');
  try {
    const { uid, mode } = fstatSync(file);
    const owners = [0, process.getuid(), statSync(__filename).uid];
    return { bytes: readFileSync(file), trusted: owners.includes(uid) && (mode & 0o022) === 0 };
  } finally {
    closeSync(file);
  }
}

function refuse(filename) {
  process.stderr.write(
    `sf-ops: Others than root may write ${filename}, so root does not run it.\n  chmod go-w, and chown it, or run sf-ops as another user.\n`,
  );
  process.exit(CONFIGURATION_ERROR);
}
