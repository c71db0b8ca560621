/**
 * Loaded ahead of the program (`node --import`): writes to the file in EVALUATED_MODULES which modules of the bundle
 * were evaluated. The bundler makes a function of each that is not needed at once and names it by the module's path;
 * V8's precise coverage tells which of these functions were called.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    const bundle = coverage.result.find(({ url }) => url.endsWith('/dist/sf-ops.cjs'));
    const modules = bundle.functions
      .filter(({ functionName, ranges }) => /^(node_modules|src)\//.test(functionName) && ranges[0].count > 0)
      .map(({ functionName }) => functionName);
    writeFileSync(process.env.EVALUATED_MODULES, JSON.stringify(modules));
  });
});
