/**
 * Loaded ahead of the program (`node --import`): writes to the file in EVALUATED_MODULES which modules were evaluated.
 * V8's precise coverage tells which functions were called. Each chunk of the bundle is one, named after the chunk, and
 * so is each CommonJS module in it, named after its path; the bundler's own account says what else is in a chunk.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    const called = coverage.result
      .filter(({ url }) => /\/dist\/[\w-]+\.cjs$/.test(url))
      .flatMap(({ functions }) => functions)
      .filter(({ ranges }) => ranges[0].count > 0)
      .map(({ functionName }) => functionName);
    const { inputs, outputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8'));
    const inChunks = called
      .filter((name) => name.startsWith('./'))
      .flatMap((name) => Object.keys(outputs[`dist/${name.slice(2)}`].inputs))
      .filter((path) => inputs[path].format === 'esm');
    const modules = [...called.filter((name) => name.startsWith('node_modules/')), ...inChunks];
    writeFileSync(process.env.EVALUATED_MODULES, JSON.stringify(modules));
  });
});
