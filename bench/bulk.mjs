/**
 * What loading operations costs: `npm run bench:bulk -- [lines]`. Operations a second of `enqueue --file` beside what
 * could be had with the same rows, transactions and durability: LOAD DATA, multi-row INSERTs of ready-made text, and a
 * loop over single commands; standalone and on three nodes. Then 1,000 lines that could be coalesced, by name, on a
 * network with 1,000 queued operations. The table is in docs/performance.md.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Buffer } from 'node:buffer';
import { clearInterval, setInterval } from 'node:timers';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createConnection } from 'mysql2/promise';
import setUpRun from '../test/servers/run-setup.mjs';
import tearDownRun from '../test/servers/run-teardown.mjs';

const LINES = Number(process.argv[2] ?? 20_000);
const BATCH = 1_000;
const SINGLE = 10;
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=ON', '--local-infile=ON'];
const TABLES = [
  'cluster_operations',
  'object_states',
  'work_queue',
  'cluster_operation_targets',
  'events',
  'event_objects',
];
const root = fileURLToPath(new URL('..', import.meta.url));

setUpRun();
try {
  const project = await load();
  const table = [['server', 'way', 'operations a second', 'of LOAD DATA', 'peak memory']];
  for (const kind of ['standalone', 'three nodes']) {
    const { server, database, stop } = await start(project, kind);
    table.push(...(await benchLoad(project, kind, server, database)));
    if (kind === 'standalone') await benchCoalescing(project, server, database);
    await stop();
  }
  console.log(`\n${LINES} lines in transactions of ${BATCH}, durable at every commit\n`);
  for (const [index, row] of table.entries()) {
    console.log(`| ${row.join(' | ')} |`);
    if (index === 0) console.log(`| ${row.map(() => '---').join(' | ')} |`);
  }
} finally {
  await tearDownRun();
}

async function load() {
  // Where the tests' own modules look for what lies beside them.
  const outfile = `${root}/test/servers/.bench-bulk.mjs`;
  const modules = ['test/fixtures/schema.ts', 'test/servers/mariadb.ts', 'test/servers/galera.ts'];
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

async function start(project, kind) {
  if (kind === 'standalone') {
    const server = await project.startTestServer({ extraArguments: DURABLE });
    const { database } = await project.createDatabase(server, project.schemaStatements());
    return { server, database, stop: () => server.stop() };
  }
  const cluster = await project.startCluster({ extraArguments: DURABLE });
  const database = await cluster.createDatabase(project.schemaStatements());
  return { server: cluster.nodes[0], database, stop: () => cluster.stop() };
}

function networkUuid(number) {
  return `20000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

async function prepare(connection) {
  for (let number = 0; number < 100; number += 1) {
    const uuid = networkUuid(number);
    await connection.query(
      `INSERT INTO networks (uuid, name, namespace, netblock, provide_dhcp, provide_nat, provide_dns, vxid, version)
       VALUES (?, ?, 'bench', '10.0.0.0/24', 1, 1, 0, ?, 6)`,
      [uuid.replaceAll('-', ''), `net${number}`, number + 1],
    );
    await connection.query("INSERT INTO object_states VALUES (?, 'NETWORK', 'created', 0, NULL)", [uuid]);
  }
}

async function benchLoad(project, kind, { socketPath }, database) {
  const connection = await createConnection({
    socketPath,
    user: 'root',
    database,
    multipleStatements: true,
    jsonStrings: true,
  });
  await prepare(connection);
  const file = join(process.env.TMPDIR ?? '/tmp', `bench-bulk-${process.pid}.ndjson`);
  const lines = Array.from({ length: LINES }, (_, index) =>
    JSON.stringify({
      operation_type: 'net_op',
      network_uuid: networkUuid(index % 100),
      tasks: ['network_deploy'],
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const account = ['--socket', socketPath, '--user', 'root', '--database', database];
  const ours = await sfOps(['enqueue', '--file', file, '--format', 'plain', ...account]);
  const batches = await takeOut(connection);
  const fastest = async (work) => {
    const begun = performance.now();
    for (const batch of batches) await work(batch);
    const rate = LINES / ((performance.now() - begun) / 1000);
    await empty(connection);
    return rate;
  };
  const loaded = await fastest((batch) => loadData(connection, batch));
  const inserted = await fastest((batch) => insert(connection, batch));
  const begun = performance.now();
  for (let count = 0; count < SINGLE; count += 1) {
    const words = ['--network-uuid', networkUuid(count), '--task', 'network_deploy'];
    await sfOps(['enqueue', 'net_op', ...words, ...account]);
  }
  const single = SINGLE / ((performance.now() - begun) / 1000);
  rmSync(file);
  await connection.end();
  const row = (way, rate, memory = '-') => [
    kind,
    way,
    rate.toFixed(0),
    `${((100 * rate) / loaded).toFixed(0)} %`,
    memory,
  ];
  return [
    row('LOAD DATA', loaded),
    row('multi-row INSERT, text ready-made', inserted),
    row('sf-ops enqueue --file', LINES / ours.seconds, `${ours.megabytes} MB`),
    row('a loop over sf-ops enqueue', single),
  ];
}

/** The rows that our load has written, batch by batch and table by table, out of the tables again. */
async function takeOut(connection) {
  const order = { cluster_operation_targets: 'sequence_number', work_queue: 'id' };
  const batches = [];
  for (const table of TABLES) {
    const where = table === 'object_states' ? "WHERE object_type = 'NET_OP'" : '';
    const [rows] = await connection.query({
      sql: `SELECT * FROM ${table} ${where} ORDER BY ${order[table] ?? 1}`,
      rowsAsArray: true,
    });
    const each = rows.length / (LINES / BATCH);
    for (let index = 0; index * each < rows.length; index += 1) {
      batches[index] ??= {};
      batches[index][table] = rows.slice(index * each, (index + 1) * each);
    }
  }
  await empty(connection);
  return batches.map((batch) => ({
    text: Object.fromEntries(
      Object.entries(batch).map(([table, rows]) => [table, rows.map(tabbed).join('')]),
    ),
    sql: Object.entries(batch).map(
      ([table, rows]) =>
        `INSERT INTO ${table} VALUES ${rows.map((row) => `(${row.map((value) => connection.escape(value)).join(',')})`).join(',')}`,
    ),
  }));
}

function tabbed(row) {
  const fields = row.map((value) => (value === null ? '\\N' : String(value).replaceAll('\\', '\\\\')));
  return `${fields.join('\t')}\n`;
}

async function loadData(connection, { text }) {
  await connection.query('START TRANSACTION');
  for (const table of TABLES) {
    await connection.query({
      sql: `LOAD DATA LOCAL INFILE 'x' INTO TABLE ${table} CHARACTER SET utf8mb4`,
      infileStreamFactory: () => Readable.from([Buffer.from(text[table])]),
    });
  }
  await connection.query('COMMIT');
}

async function insert(connection, { sql }) {
  await connection.query('START TRANSACTION');
  for (const statement of sql) await connection.query(statement);
  await connection.query('COMMIT');
}

async function empty(connection) {
  for (const table of TABLES) {
    const where = table === 'object_states' ? "object_type = 'NET_OP'" : '1';
    await connection.query(`DELETE FROM ${table} WHERE ${where}`);
  }
}

/** Runs the program as it is shipped. */
async function sfOps(words) {
  const begun = performance.now();
  const child = spawn(join(root, 'bin/sf-ops'), words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  let megabytes = 0;
  const look = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      megabytes = Math.max(megabytes, Math.round(Number(kilobytes ?? 0) / 1024));
    } catch {
      // It has ended.
    }
  }, 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`sf-ops ${words.join(' ')} ended with ${code}: ${stderr}`);
  return { seconds: (performance.now() - begun) / 1000, megabytes };
}

async function benchCoalescing(project, { socketPath }, database) {
  const connection = await createConnection({ socketPath, user: 'root', database, multipleStatements: true });
  const account = ['--socket', socketPath, '--user', 'root', '--database', database];
  const file = join(process.env.TMPDIR ?? '/tmp', `bench-bulk-${process.pid}.ndjson`);
  const line = (task) => JSON.stringify({ operation_type: 'net_op', network_uuid: 'net1', tasks: [task] });
  const loadOf = async (task) => {
    writeFileSync(file, `${Array.from({ length: 1000 }, () => line(task)).join('\n')}\n`);
    return sfOps(['enqueue', '--file', file, ...account]);
  };
  await loadOf('network_deploy');
  const { seconds } = await loadOf('network_ensure_mesh');
  rmSync(file);
  console.log(
    `1,000 coalescible lines by name on a network with 1,000 queued operations: ${seconds.toFixed(2)} s`,
  );
  await connection.end();
}
