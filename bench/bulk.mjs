/**
 * What loading operations costs: `npm run bench:bulk -- [lines]`. Operations a second of `enqueue --file`, the whole
 * program, beside what could be had with the same rows in the same transactions with the same durability, when all is
 * decided already: LOAD DATA, and multi-row INSERTs by the driver and by the mariadb client; and beside a loop over single
 * commands. The fastest of three rounds, in which the ways take turns; standalone and on three nodes. Then 1,000 lines
 * that could be coalesced, by name, on a network with 1,000 queued operations. The table is in docs/performance.md.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Buffer } from 'node:buffer';
import { clearInterval, setInterval } from 'node:timers';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { benchOnEach, root } from './site.mjs';

const LINES = Number(process.argv[2] ?? 20_000);
const ROUNDS = 3;
const BATCH = 1_000;
const SINGLE = 10;
const TABLES = [
  'cluster_operations',
  'object_states',
  'work_queue',
  'cluster_operation_targets',
  'events',
  'event_objects',
];
const hasClient = spawnSync('mariadb', ['--version']).status === 0;

console.log(`${LINES} lines in transactions of ${BATCH}, durable at every commit`);
if (!hasClient) console.log('There is no mariadb client on this machine: its row is left out.');
await benchOnEach(
  ['server', 'way', 'operations a second', 'of LOAD DATA', 'peak memory'],
  [],
  async (project, kind, server, database) => {
    const rows = await benchLoad(kind, server, database);
    if (kind === 'standalone') await benchCoalescing(server, database);
    return rows;
  },
  ['--local-infile=ON'],
);

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

async function benchLoad(kind, { socketPath }, database) {
  const connection = await createConnection({
    ...{ socketPath, user: 'root', database },
    ...{ multipleStatements: true, jsonStrings: true },
  });
  await prepare(connection);
  const file = join(process.env.TMPDIR ?? '/tmp', `bench-bulk-${process.pid}`);
  const lines = Array.from({ length: LINES }, (_, index) =>
    JSON.stringify({
      operation_type: 'net_op',
      network_uuid: networkUuid(index % 100),
      tasks: ['network_deploy'],
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const account = ['--socket', socketPath, '--user', 'root', '--database', database];
  await sfOps(['enqueue', '--file', file, '--format', 'plain', ...account]);
  const batches = await takeOut(connection);
  writeFileSync(`${file}.sql`, batches.map(({ sql }) => transaction(sql)).join(''));

  let megabytes = 0;
  const ways = {
    'LOAD DATA': async () => {
      for (const batch of batches) await loadData(connection, batch);
    },
    'multi-row INSERT, text ready-made': async () => {
      for (const batch of batches) await insert(connection, batch);
    },
    'mariadb client, multi-row INSERT, text ready-made': async () =>
      run('mariadb', ['--no-defaults', ...account], `${file}.sql`),
    'sf-ops enqueue --file': async () => {
      const ran = await sfOps(['enqueue', '--file', file, '--format', 'plain', ...account]);
      megabytes = Math.max(megabytes, ran.megabytes);
    },
  };
  if (!hasClient) delete ways['mariadb client, multi-row INSERT, text ready-made'];
  const rates = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const each = Object.entries(ways);
    for (const [way, work] of [...each.slice(round), ...each.slice(0, round)]) {
      const begun = performance.now();
      await work();
      const rate = LINES / ((performance.now() - begun) / 1000);
      rates.set(way, Math.max(rate, rates.get(way) ?? 0));
      await empty(connection);
    }
  }
  const begun = performance.now();
  for (let count = 0; count < SINGLE; count += 1) {
    const words = ['--network-uuid', networkUuid(count), '--task', 'network_deploy'];
    await sfOps(['enqueue', 'net_op', ...words, ...account]);
  }
  rates.set('a loop over sf-ops enqueue', SINGLE / ((performance.now() - begun) / 1000));
  for (const path of [file, `${file}.sql`]) rmSync(path);
  await connection.end();
  const loaded = rates.get('LOAD DATA');
  return [...rates].map(([way, rate]) => {
    const share = `${((100 * rate) / loaded).toFixed(0)} %`;
    return [kind, way, rate.toFixed(0), share, way === 'sf-ops enqueue --file' ? `${megabytes} MB` : '-'];
  });
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
    if (table === 'object_states')
      await connection.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
    else await connection.query(`TRUNCATE ${table}`);
  }
}

function transaction(statements) {
  return ['START TRANSACTION', ...statements, 'COMMIT'].map((text) => `${text};\n`).join('');
}

/** Runs a program whose input is a file. */
async function run(program, words, input) {
  const file = openSync(input, 'r');
  const child = spawn(program, words, { stdio: [file, 'ignore', 'inherit'] });
  closeSync(file);
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
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

async function benchCoalescing({ socketPath }, database) {
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
