/**
 * What the single executable runs first: as `bin/load.js`, but the parts of the program and their code caches are in the
 * executable itself, so that there is nothing to check.
 */
const { getAssetKeys, getRawAsset } = require('node:sea');
const { compile, evaluate } = require('../bin/load.js');

const asset = (name) => Buffer.from(getRawAsset(name));

const part = (name) => {
  const cache = `${name}.cache`;
  const cachedData = getAssetKeys().includes(cache) ? asset(cache) : undefined;
  const script = compile(asset(`${name}.cjs`), `/sf-ops/${name}.cjs`, cachedData);
  return evaluate(script, process.execPath, require, part);
};
part('sf-ops');
