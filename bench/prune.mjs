/**
 * What prune costs others: `npm run bench:prune -- [rows]`. A writer enqueues one operation after another, first alone,
 * then while `prune` removes old rows: median and 99th percentile of what an enqueue takes, standalone and on three nodes.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { benchOnEach, root } from './site.mjs';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const IDLE = 500;

await benchOnEach(
  ['server', 'rows', 'rows a second', 'writer alone, p50 / p99', 'beside prune, p50 / p99', 'p99 times'],
  ['src/database/database.ts', 'src/operations/enqueue/enqueue.ts', 'test/fixtures/site.ts'],
  async (project, kind, { socketPath }, database) => [await bench(project, kind, socketPath, database)],
);

async function bench(project, kind, socketPath, database) {
  const connection = await createConnection({ socketPath, user: 'root', database });
  for (let done = 0; done < ROWS; done += 10_000) {
    await connection.query(
      `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
       SELECT UUID(), 'net_op', 'NETWORK', UUID(), 1000 + seq FROM seq_1_to_10000`,
    );
  }
  const writer = new project.Database(
    project.connectionSettings({ socketPath, user: 'root', password: '', database }),
    project.sessionOptions(),
  );
  const idle = [];
  while (idle.length < IDLE) idle.push(await once(project, writer));

  const account = ['--socket', socketPath, '--user', 'root', '--database', database];
  const begun = performance.now();
  const child = spawn(join(root, 'bin/sf-ops'), ['prune', '--json', ...account], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (answer += text));
  let isOver = false;
  const over = new Promise((resolve) => child.on('close', resolve)).then(() => (isOver = true));
  const busy = [];
  while (!isOver) busy.push(await once(project, writer));
  await over;
  const seconds = (performance.now() - begun) / 1000;
  const { deleted } = JSON.parse(answer);
  await writer.close();
  await connection.end();
  const told = (times) => `${at(times, 0.5).toFixed(1)} / ${at(times, 0.99).toFixed(1)} ms`;
  const factor = at(busy, 0.99) / at(idle, 0.99);
  return [kind, String(deleted), (deleted / seconds).toFixed(0), told(idle), told(busy), factor.toFixed(1)];
}

async function once({ enqueue }, writer) {
  const begun = performance.now();
  const request = {
    operation_type: 'net_op',
    network_uuid: '20000000-0000-4000-8000-000000000001',
    tasks: ['network_deploy'],
  };
  await enqueue(writer, [request], { force: true, now: () => Date.now() / 1000 });
  return performance.now() - begun;
}

function at(times, share) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)];
}
