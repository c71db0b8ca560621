/** What the benchmarks of writing share: the tests' own servers, durable at every commit, and tables of results. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import setUpRun from '../test/servers/run-setup.mjs';
import tearDownRun from '../test/servers/run-teardown.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
const SERVERS = ['test/fixtures/schema.ts', 'test/servers/mariadb.ts', 'test/servers/galera.ts'];
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=ON'];

const KINDS = ['standalone', 'three nodes'];

/**
 * Runs a benchmark on each kind of server, one after the other, and prints its rows as a table.
 *
 * @param modules of the project that the benchmark uses
 * @param rowsOf is given the modules' exports, the kind, the server that is asked and the database
 */
export async function benchOnEach(headings, modules, rowsOf, serverOptions = []) {
  setUpRun();
  try {
    const project = await load([...SERVERS, ...modules]);
    const table = [headings];
    for (const kind of KINDS) {
      const { server, database, stop } = await start(project, kind, [...DURABLE, ...serverOptions]);
      table.push(...(await rowsOf(project, kind, server, database)));
      await stop();
    }
    for (const [index, row] of table.entries()) {
      console.log(`| ${row.join(' | ')} |`);
      if (index === 0) console.log(`| ${row.map(() => '---').join(' | ')} |`);
    }
  } finally {
    await tearDownRun();
  }
}

async function load(modules) {
  // Where the tests' own modules look for what lies beside them.
  const outfile = join(root, `test/servers/.bench-${process.pid}.mjs`);
  await build({
    stdin: { contents: modules.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root },
    ...{ outfile, bundle: true, loader: { '.sql': 'text' }, platform: 'node', format: 'esm' },
    ...{ packages: 'external', logLevel: 'warning' },
  });
  try {
    return await import(outfile);
  } finally {
    rmSync(outfile);
  }
}

async function start(project, kind, extraArguments) {
  if (kind === 'standalone') {
    const server = await project.startTestServer({ extraArguments });
    const { database } = await project.createDatabase(server, project.schemaStatements());
    return { server, database, stop: () => server.stop() };
  }
  const cluster = await project.startCluster({ extraArguments });
  const database = await cluster.createDatabase(project.schemaStatements());
  return { server: cluster.nodes[0], database, stop: () => cluster.stop() };
}
