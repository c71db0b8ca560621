/**
 * How the cost of a command grows with the database: `npm run bench:scale [operations…]` (10,000, 100,000 and
 * 1,000,000). Prints the table of docs/performance.md: rows that the server reads (`Handler_read%`), round trips after
 * the handshake, the time of the whole command beside the best SQL by hand, and the peak memory of the process. Fails
 * where a command reads more rows than what it shows accounts for.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import setUpRun from '../test/servers/run-setup.mjs';
import tearDownRun from '../test/servers/run-teardown.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [10_000, 100_000, 1_000_000];
const RUNS = 3;
/** One operation in a hundred is active. */
const ACTIVE = 100;
const NETWORK = 'aaaaaaaa-0000-4000-8000-000000000001';

setUpRun();
const folder = mkdtempSync(join(tmpdir(), 'sf-ops-scale-'));
/** Says at the end how much memory the process had at most. */
const meter = join(folder, 'meter.cjs');
writeFileSync(
  meter,
  `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(join(folder, 'memory'))}, String(process.resourceUsage().maxRSS)));`,
);
try {
  const project = await load();
  const table = [['operations', 'command', 'rows read', 'by hand', 'round trips', 'ms', 'SQL by hand', 'MB']];
  for (const operations of sizes) table.push(...(await measureAt(project, operations)));
  print(table);
} finally {
  rmSync(folder, { recursive: true });
  await tearDownRun();
}

async function load() {
  const outfile = `${root}/dist/bench-scale.mjs`;
  const modules = ['test/fixtures/site.ts', 'test/servers/fault-proxy.ts', 'test/servers/mariadb.ts'];
  await build({
    stdin: { contents: modules.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.sql': 'text' },
    logLevel: 'warning',
  });
  try {
    return await import(outfile);
  } finally {
    rmSync(outfile);
  }
}

async function measureAt(project, operations) {
  const server = await project.startTestServer({ extraArguments: ['--innodb-buffer-pool-size=1G'] });
  const site = await project.Site.create({}, server);
  const administrator = await project.connectAsAdministrator(server, site.settings.database);
  const filling = performance.now();
  await fill(administrator, operations);
  console.error(`${operations} operations made in ${((performance.now() - filling) / 1000).toFixed(0)} s`);
  const proxy = await project.FaultProxy.start({ socketPath: server.socketPath });
  const rows = [];
  for (const [name, words, byHand, most] of commands(operations)) {
    const before = { reads: await reads(administrator), connections: proxy.traffic.length };
    const first = await run(proxy.port, site.settings, words);
    const cost = (await reads(administrator)) - before.reads;
    if (cost > most) {
      console.error(`${name} at ${operations} operations: ${cost} rows read, more than ${most}`);
      process.exitCode = 1;
    }
    const packets = proxy.traffic.slice(before.connections);
    const trips = packets.reduce((sum, { requestPackets }) => sum + requestPackets - 2, 0);
    const times = [first.milliseconds];
    for (let more = 1; more < RUNS; more += 1)
      times.push((await run(proxy.port, site.settings, words)).milliseconds);
    const best = byHand === null ? null : await timed(administrator, byHand);
    rows.push([
      String(operations),
      name,
      String(cost),
      best === null ? '' : String(best.reads),
      String(trips),
      Math.min(...times).toFixed(0),
      best === null ? '' : best.milliseconds.toFixed(1),
      (first.kilobytes / 1024).toFixed(0),
    ]);
  }
  await proxy.close();
  await administrator.end();
  await site.close();
  await server.stop();
  return rows;
}

/** [name, words, the best single statement, the rows that it may read] */
function commands(operations) {
  const active = "s.state_value IN ('queued', 'preflight', 'executing')";
  const joined = 'cluster_operation_targets t JOIN object_states s ON s.object_uuid = t.operation_uuid';
  const ofOne = `t.target_object_type = 'NETWORK' AND t.target_uuid = '${NETWORK}'`;
  const pending = `SELECT t.*, s.* FROM ${joined} AND s.object_type = 'NET_OP' WHERE ${ofOne} AND ${active}`;
  // The newest, which waits in its queue behind all others.
  const operation = `00000000-0000-4000-8000-${operations.toString(16).padStart(12, '0')}`;
  const actives = operations / ACTIVE;
  const networks = Math.max(10, operations / 100);
  return [
    ['pending network', ['pending', 'network', NETWORK], pending, 1_000],
    ['network is-okay', ['network', 'is-okay', NETWORK], pending, 1_000],
    [
      'network is-okay --all',
      ['network', 'is-okay', '--all'],
      `SELECT t.target_uuid, COUNT(*) FROM object_states s JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
        WHERE s.object_type = 'NET_OP' AND ${active} AND t.target_object_type = 'NETWORK' GROUP BY t.target_uuid`,
      8 * actives + 2 * networks + 1_000,
    ],
    [
      'history network',
      ['history', 'network', NETWORK],
      `SELECT t.*, s.* FROM ${joined} AND s.object_type = 'NET_OP' WHERE ${ofOne} ORDER BY t.created_at DESC LIMIT 50`,
      1_500,
    ],
    ['timeline network', ['timeline', 'network', NETWORK], null, 1_500],
    ['explain network', ['explain', 'network', NETWORK], null, 2_000],
    ['explain', ['explain', operation], null, 5_000],
    ['show', ['show', operation], null, 2 * actives + 500],
    ['graph', ['graph', operation], null, 2 * actives + 500],
    ['queues', ['queues'], null, 2 * actives + 500],
    ['watch, one look', ['watch', '--timeout', '0'], null, 36 * actives + 1_000],
    ['report', ['report', '--output', join(folder, 'report.html')], null, 60 * actives + 5_000],
    ['doctor', ['doctor'], null, 2_000],
    ['migrate plan', ['migrate', 'plan'], null, 500],
  ];
}

/** Operations of networks and instances, three targets each; the newest are active and have their work rows. */
async function fill(connection, operations) {
  const networks = Math.max(10, operations / 100);
  const dashed = (column) => `CONCAT('00000000-0000-4000-8000-', LPAD(LOWER(HEX(${column})), 12, '0'))`;
  const object = (prefix, column, count) =>
    `CONCAT('${prefix}-0000-4000-8000-', LPAD(LOWER(HEX(${column} % ${count} + 1)), 12, '0'))`;
  const age = `${Math.floor(Date.now() / 1000)} - 600 - (${operations} - seq) * 0.1`;
  const stored = `JSON_OBJECT('uuid', ${dashed('seq')}, 'network_uuid', ${object('aaaaaaaa', 'seq', networks)}, 'priority', 'user_facing',
    'tasks', JSON_ARRAY('network_ensure_mesh'), 'version', 1, 'depends_on', NULL, 'runs_after', NULL, 'request_id', NULL)`;
  const isActive = `seq > ${operations - operations / ACTIVE}`;
  const target = (type, uuidOf) => `
    INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
      SELECT ${dashed('seq')}, 'net_op', '${type}', ${uuidOf}, ${age} FROM seq_1_to_${operations};`;
  await connection.query(`
    SET unique_checks = 0;
    INSERT INTO networks (uuid, name, namespace, vxid, netblock, provide_dhcp, provide_nat, provide_dns, version)
      SELECT REPLACE(${object('aaaaaaaa', 'seq - 1', networks)}, '-', ''), CONCAT('net', seq), 'scale', seq, '10.0.0.0/24', 1, 1, 1, 1 FROM seq_1_to_${networks};
    INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
      SELECT ${object('aaaaaaaa', 'seq - 1', networks)}, 'NETWORK', 'created', 1 FROM seq_1_to_${networks};
    INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
      SELECT ${dashed('seq')}, 'NET_OP', IF(${isActive}, 'queued', 'complete'), ${age} FROM seq_1_to_${operations};
    INSERT INTO cluster_operations (uuid, operation_type, created_at, network_uuid, priority, metadata_json)
      SELECT REPLACE(${dashed('seq')}, '-', ''), 'net_op', ${age}, REPLACE(${object('aaaaaaaa', 'seq', networks)}, '-', ''), 'user_facing', ${stored}
      FROM seq_1_to_${operations};
    INSERT INTO work_queue (queue_name, scheduled_at, attempts, payload, created_at)
      SELECT 'networknode-clusteroperation-user_facing', ${age}, 0,
        JSON_OBJECT('operation_type', 'net_op', 'operation_uuid', ${dashed('seq')}), ${age}
      FROM seq_1_to_${operations} WHERE ${isActive};
    ${target('NETWORK', object('aaaaaaaa', 'seq', networks))}
    ${target('INSTANCE', object('bbbbbbbb', 'seq', networks * 10))}
    ${target('NODE', object('cccccccc', 'seq', 20))}
    ANALYZE TABLE object_states, cluster_operation_targets, cluster_operations, work_queue, networks`);
}

async function run(port, { user, database }, words) {
  const where = ['--host', '127.0.0.1', '--port', String(port), '--user', user, '--database', database];
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--require', meter, join(root, 'bin', 'sf-ops'), ...words, ...where],
    {
      env: { PATH: process.env.PATH, HOME: folder },
      stdio: 'ignore',
    },
  );
  await once(child, 'close');
  const milliseconds = performance.now() - start;
  return { milliseconds, kilobytes: Number(readFileSync(join(folder, 'memory'), 'utf8')) };
}

async function reads(connection) {
  const [rows] = await connection.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
}

async function timed(connection, statement) {
  const before = await reads(connection);
  await connection.query(statement);
  const cost = (await reads(connection)) - before;
  const times = [];
  for (let each = 0; each < RUNS; each += 1) {
    const start = performance.now();
    await connection.query(statement);
    times.push(performance.now() - start);
  }
  return { reads: cost, milliseconds: Math.min(...times) };
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [heading, ...rows] = table;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  console.log([line(heading), rule, ...rows.map(line)].join('\n'));
}
