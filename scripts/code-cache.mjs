import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { compile, evaluate } = require('../bin/load.js');

/**
 * Compiles each part of the program as V8 has it after a typical command line ran, so that the functions that it needs
 * are in the code cache, and no others: the more it holds, the longer it takes to unpack.
 *
 * @param source gives the source of a part, as bytes
 * @param filename gives the name under which the part is compiled
 * @param take is given each part, its source and its cache
 */
export function compileParts({ source, filename, take }) {
  const lines = [
    { names: ['sf-ops'], words: ['--help'] },
    // An address where nobody listens: everything up to the connection runs, nothing leaves this process.
    { names: ['command-line', 'commands'], words: ['pending', '--all', '--socket', '/nobody/listens/here'] },
  ];
  process.stdout.write = process.stderr.write = (...words) => {
    words.find((word) => typeof word === 'function')?.();
    return true;
  };
  compileNext();

  /** A command line is over when nothing is left to do. */
  function compileNext() {
    const line = lines.shift();
    if (line === undefined) {
      process.exitCode = 0;
      return;
    }
    process.argv = [process.execPath, 'sf-ops', ...line.words];
    const scripts = new Map();
    const part = (name) => {
      const script = compile(source(name), filename(name));
      scripts.set(name, script);
      return evaluate(script, filename(name), require, part);
    };
    part('sf-ops');
    process.once('beforeExit', () => {
      for (const name of line.names) take(name, source(name), scripts.get(name).createCachedData());
      compileNext();
    });
  }
}
