/**
 * How late `wait` notices an end: `npm run bench:wait`. Forty waits at once with the usual interval, each for an
 * operation that ends at a random moment: how long after its end, in intervals, and how many statements a look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { benchOnEach } from './site.mjs';

const WAITS = 40;
const INTERVAL = 1;
/** Seconds in which they end: past the first, shorter pauses. */
const [EARLIEST, LATEST] = [3, 13];

await benchOnEach(
  ['server', 'waits', 'noticed after, mean', 'latest', 'statements a look'],
  [
    ...['src/database/database.ts', 'src/database/limits.ts', 'src/operations/wait.ts'],
    ...['test/fixtures/rows.ts', 'test/fixtures/site.ts'],
  ],
  async (project, kind, { socketPath }, database) => [await bench(project, kind, socketPath, database)],
);

async function bench(project, kind, socketPath, database) {
  const connection = await createConnection({ socketPath, user: 'root', database });
  const by = { query: async (sql, values) => (await connection.query(sql, values))[0] };
  const counts = { statements: 0, looks: 0 };
  const waits = Array.from({ length: WAITS }, async () => {
    const uuid = await project.insertOperation(by);
    const request = {
      ...{ subject: { operations: [uuid] }, any: false, failFast: false, newOnly: false, once: false },
      ...{ deadline: project.deadlineIn(120), intervalSeconds: INTERVAL, retrySeconds: null },
    };
    const settings = project.connectionSettings({ socketPath, user: 'root', password: '', database });
    const opened = new project.Database(settings, project.sessionOptions());
    const own = project.databaseForWaiting(opened, request);
    let [looks, before] = [-1, 0];
    // The first look connects, and learns what the database is.
    const onProgress = () => {
      looks += 1;
      if (looks === 0) before = own.statements;
    };
    const noticed = project
      .wait(own, request, { now: project.now, onProgress })
      .then(() => performance.now());
    await sleep(1000 * (EARLIEST + (LATEST - EARLIEST) * Math.random()));
    await project.setState(by, 'NET_OP', uuid, 'complete');
    const ended = performance.now();
    const delay = Math.max(0, (await noticed) - ended) / 1000;
    counts.statements += own.statements - before;
    counts.looks += looks;
    await own.close();
    await opened.close();
    return delay / INTERVAL;
  });
  const delays = await Promise.all(waits);
  await connection.end();
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / WAITS;
  const latest = Math.max(...delays);
  return [
    ...[kind, String(WAITS), `${mean.toFixed(2)} intervals`, `${latest.toFixed(2)} intervals`],
    (counts.statements / counts.looks).toFixed(2),
  ];
}
