/**
 * What the gate costs: `npm run bench:gate`. Prints the tables of docs/gate.md: rows that the server reads
 * (`Handler_read%`) and the fastest of several runs, for the pending question and for `--all`, each beside the
 * statements that would be the obvious ones. Takes about two minutes, on a private server.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import setUpRun from '../test/servers/run-setup.mjs';
import tearDownRun from '../test/servers/run-teardown.mjs';

const RUNS = 5;
const TIMEOUT_SECONDS = 600;
const root = fileURLToPath(new URL('..', import.meta.url));

setUpRun();
try {
  const project = await load();
  await benchPending(project);
  await benchAll(project);
} finally {
  await tearDownRun();
}

/** The product's own functions and the tests' fixtures, in a form that Node runs. */
async function load() {
  // Inside the project, from where the dependencies are found.
  const outfile = `${root}/dist/bench-gate.mjs`;
  const modules = [
    'src/database/database.ts',
    'src/gate/evidence.ts',
    'src/database/queries/targets.ts',
    'test/fixtures/long-history.ts',
    'test/fixtures/many-networks.ts',
    'test/fixtures/rows-read.ts',
    'test/fixtures/site.ts',
    'test/servers/mariadb.ts',
  ];
  await build({
    stdin: { contents: modules.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    loader: { '.sql': 'text' },
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  try {
    return await import(outfile);
  } finally {
    rmSync(outfile);
  }
}

async function benchPending(project) {
  const { activeTargets, HOT, COLD, NEVER, HISTORY } = project;
  await onServer(project, async ({ site, database, description, session }) => {
    await project.insertLongHistory(site);
    const ways = {
      'sf-ops': (uuid) => activeTargets(session, description, [{ typeName: 'NETWORK', uuid }]),
      "optimizer's own plan": (uuid) => session.rows(project.optimizersOwn(description, uuid)),
      "Shaken Fist's EXISTS": (uuid) => session.db.execute(shakenFists(uuid)),
    };
    const objects = {
      [`${HISTORY.hot} finished`]: { uuid: HOT },
      '+ oldest pending': { uuid: HOT, pending: 1 },
      '+ newest pending': { uuid: HOT, pending: HISTORY.hot },
      [`${HISTORY.cold} finished`]: { uuid: COLD },
      'never targeted': { uuid: NEVER },
    };
    const table = [['active', 'object', ...Object.keys(ways)]];
    const rows = async (label) => {
      for (const [object, { uuid, pending }] of Object.entries(objects)) {
        if (pending !== undefined) await project.setOperation(site, pending, 'queued');
        const cells = [];
        for (const way of Object.values(ways)) cells.push(await measure(project, session, () => way(uuid)));
        if (pending !== undefined) await project.setOperation(site, pending, 'complete');
        table.push([label, object, ...cells]);
      }
    };
    for (const active of [10, 1_000, 50_000]) {
      await project.setActive(site, active);
      await purged(database);
      await rows(String(active));
    }
    const backup = await holdPurge(project, site);
    await project.setActive(site, 1_000);
    await rows('1000, while a backup runs');
    await backup.close();
    print('Is anything pending on a network? (rows read, milliseconds)', table);
  });
}

/** The question as Shaken Fist asks it: without a word on the type of the state row. */
function shakenFists(uuid) {
  return `
    SELECT EXISTS (SELECT 1 FROM cluster_operation_targets t JOIN object_states s ON s.object_uuid = t.operation_uuid
      WHERE t.target_object_type = 'NETWORK' AND t.target_uuid = '${uuid}'
        AND s.state_value IN ('queued', 'preflight', 'executing')) AS pending`;
}

async function benchAll(project) {
  const table = [['active', 'best single statement', 'sf-ops, with all evidence', 'times the best']];
  for (const active of [10, 1_000, 50_000]) {
    await onServer(project, async ({ site, description, session }) => {
      await project.insertManyNetworks(site, { active });
      const best = await timed(() => session.rows(project.bestSingleStatement(description)));
      const now = Date.now() / 1000;
      const gate = await timed(() =>
        project.readGateEvidence(session, description, { namespace: null }, now),
      );
      table.push([
        String(active),
        `${best.toFixed(0)} ms`,
        `${gate.toFixed(0)} ms`,
        (gate / best).toFixed(1),
      ]);
    });
  }
  print('What is pending on each of 10,000 networks?', table);
}

async function onServer(project, work) {
  const server = await project.startTestServer({ extraArguments: ['--innodb-buffer-pool-size=512M'] });
  const site = await project.Site.create({}, server);
  const settings = { ...project.connectionSettings(site.settings), user: 'root' };
  const limits = { connectSeconds: 5, statementSeconds: TIMEOUT_SECONDS, lockWaitSeconds: 10 };
  const database = new project.Database(settings, { ...project.sessionOptions(), limits });
  const description = await database.describe();
  await work({ site, database, description, session: await database.session() });
  await database.close();
  await site.close();
  await server.stop();
}

/** `62 / 0.9`: rows read, and the milliseconds of the fastest run. */
async function measure(project, session, work) {
  const { reads } = await project.rowsRead(session, work);
  return `${reads} / ${(await timed(work)).toFixed(1)}`;
}

async function timed(work) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** Waits until the server has forgotten the rows that were changed: their old index entries count in its estimates. */
async function purged(database) {
  const session = await database.session();
  for (;;) {
    const [[{ count }]] = await session.db.execute(
      "SELECT count FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'",
    );
    if (Number(count) < 10) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A backup's snapshot, during which every operation goes through its states once. */
async function holdPurge(project, site) {
  const backup = new project.Database(project.connectionSettings(site.settings), project.sessionOptions());
  const session = await backup.session();
  await session.db.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  await session.db.execute('SELECT COUNT(*) FROM object_states WHERE update_time < 2');
  await project.setActive(site, 300_000);
  await project.setActive(site, 0);
  return backup;
}

function print(title, table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [heading, ...rows] = table;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  console.log([`\n${title}\n`, line(heading), rule, ...rows.map(line)].join('\n'));
}
