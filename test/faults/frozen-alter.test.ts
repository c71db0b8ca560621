import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Lease } from '../../src/database/lease.js';
import { DEFAULT_LIMITS, deadlineIn } from '../../src/database/limits.js';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { connectionFlags, jsonOf, startCli } from '../cli/run.js';
import { apply, insertValues, statusOf } from '../fixtures/migrating.js';
import { Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

/** A frozen server lets every limit run out. */
jest.setTimeout(90_000);

/** What ends on its own is waited for so long; what hangs would be waited for by the test's own limit. */
const LIMITS = { ...DEFAULT_LIMITS, connectSeconds: 1, retrySeconds: 1, causalSeconds: 1 };

let server: TestServer;
let site: Site;
beforeEach(async () => {
  server = await startTestServer();
  site = await Site.create({ version: 'baseline' }, server);
  await insertValues(site, [null]);
});
afterEach(async () => {
  jest.useRealTimers();
  process.kill(server.pid, 'SIGCONT');
  await site.close();
  await server.stop();
});

const freeze = (): boolean => process.kill(server.pid, 'SIGSTOP');
const thaw = (): boolean => process.kill(server.pid, 'SIGCONT');
const ourConnections = (): Promise<unknown[]> =>
  site.query('SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()');

test('an ALTER on a server that freezes ends by the deadline, and says that it was sent', async () => {
  const trace = (sql: string): void => void (sql.includes('RENAME COLUMN') && freeze());
  const deadline = deadlineIn(5);
  await expect(apply(site, drop, { session: { trace, limits: LIMITS, deadline } })).rejects.toMatchObject({
    exitCode: 69,
    word: 'outcome_unknown',
    message: expect.stringMatching(
      /^fence: the statement was sent and no answer came \(ALTER TABLE .*Done before: hide\.$/,
    ),
    hint: expect.stringContaining('sf-ops migrate status'),
  });
  thaw();
  expect(await statusOf(site, drop)).toMatchObject({ state: 'in_progress' });
  await site.query('UPDATE cluster_locks SET expires_at = NOW() - INTERVAL 1 SECOND');
  expect(await apply(site, drop)).toMatchObject({ outcome: 'applied' });
});

test('the first SIGTERM ends it as well', async () => {
  const child = await startCli([
    ...connectionFlags(site.settings),
    '--verbose',
    '--yes',
    '--json',
    'migrate',
    'apply',
    drop.id,
  ]);
  let stdout = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stderr! })) {
    // The statement has been written to the socket when it is announced, or is about to be.
    if (/^sql: ALTER .*MODIFY COLUMN/.test(line)) {
      freeze();
      child.kill('SIGTERM');
    }
  }
  const [exitCode] = (await exited) as [number | null];
  thaw();
  // It may have been answered before the server froze; then the run ends before its next statement.
  expect(exitCode).toBe(143);
  expect(jsonOf({ stdout, stderr: '', exitCode })).toMatchObject({ error: { exit_code: 143 } });
});

test('a heartbeat on its way opens nothing any more once the lease was given up', async () => {
  const database = site.database({ limits: LIMITS });
  jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
  const lease = await Lease.acquire(database, { key: 'sf-ops/test', purpose: 'testing', inquiry: 'nothing' });
  freeze();
  jest.advanceTimersByTime(20_000);
  jest.useRealTimers();
  const heard: string[] = [];
  await lease.release((text) => heard.push(text));
  expect(heard).toEqual([expect.stringContaining('lapses within 60 s')]);
  await database.close();
  thaw();
  while ((await ourConnections()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  // Whoever opened one again would do so within its time for retries.
  await new Promise((resolve) => setTimeout(resolve, 1_000 * LIMITS.retrySeconds));
  expect(await ourConnections()).toEqual([]);
});

const NOT_FAKED = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;
