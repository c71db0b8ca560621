import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { displayWidth } from '../../src/render/width.js';
import { built, PROGRAM } from '../cli/run.js';
import { insertCluster, insertNetwork, insertOperation, now, setState } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { machineServer, runFolder } from '../servers/run-folder.js';
import { startIn, startTestServer, type TestServer } from '../servers/mariadb.js';
import { Terminals, type RunningScreen } from './terminal.js';

const ORPHAN = '70000001-0000-4000-8000-000000000001';
const YOUNG = '70000002-0000-4000-8000-000000000002';

let site: Site;
let terminals: Terminals;

beforeAll(async () => {
  await built();
  site = await Site.create();
  await insertCluster(site);
  const folder = mkdtempSync(join(runFolder(), 'watch-'));
  const config = join(folder, 'config');
  writeFileSync(config, '');
  terminals = await Terminals.open(folder, {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TERM: 'tmux-256color',
    LANG: 'C.UTF-8',
    SF_OPS_CONFIG: config,
  });
});
afterAll(async () => {
  await terminals.close();
  await site.close();
});

async function watch(words = '', { columns = 80, rows = 24, at = site } = {}): Promise<RunningScreen> {
  const { socketPath, user, database } = at.settings;
  return terminals.start(
    `${PROGRAM} watch --interval 0.2 ${words}`,
    { columns, rows },
    {
      SF_OPS_SOCKET: socketPath,
      SF_OPS_USER: user,
      SF_OPS_DATABASE: database,
    },
  );
}

async function finish(uuid: string): Promise<void> {
  await setState(site, 'NET_OP', uuid, 'complete');
}

describe.each([80, 200])('at %d columns', (columns) => {
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets'])
      await site.query(`DELETE FROM ${table}`);
    await site.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
    await insertOperation(site, { uuid: YOUNG, createdAt: now() - 600 });
    await insertOperation(site, { uuid: ORPHAN, createdAt: now() - 300, work: 'none' });
  });

  test('the worst first; what is new, has changed and has ended is marked; q ends it', async () => {
    const screen = await watch('', { columns });
    const first = await screen.shows(/2 pending on one object, 1 stuck/);
    expect(first).toMatch(/70000001.*orphaned[^]*70000002/);
    expect(first).not.toMatch(/^.[+~-]7000/m);
    const fresh = '70000003-0000-4000-8000-000000000003';
    await insertOperation(site, { uuid: fresh });
    expect(await screen.shows(/, 1 new$/m)).toMatch(/^ \+ *70000003/m);
    await setState(site, 'NET_OP', YOUNG, 'executing');
    await screen.shows(/^ ~ *70000002.*executing/m);
    await finish(fresh);
    expect(await screen.shows(/^ - *70000003.*complete/m)).toContain('2 pending on one object');
    await screen.press('q');
    expect(await screen.end()).toMatchObject({ code: 0, isClean: true });
  });

  test('a filter, an explanation, and another size', async () => {
    const screen = await watch('', { columns });
    await screen.shows(/70000001[^]*70000002/);
    await screen.press('/', 'o', 'r', 'p', 'h');
    await screen.hides(/70000002/);
    await screen.press('Enter');
    expect(await screen.shows(/\/orph: 1 of 2/)).toContain('70000001');
    await screen.press('Enter');
    const explained = await screen.shows(/no work row/);
    expect(explained).toMatch(/escape back/);
    await screen.resize(40, 12);
    await screen.shows(/^escape back, arrows scroll, q end$/m);
    await screen.press('Escape');
    const narrow = await screen.shows(/70000001/);
    expect(Math.max(...narrow.split('\n').map(displayWidth))).toBeLessThanOrEqual(40);
    await screen.press('Escape');
    await screen.shows(/70000002/);
    await screen.press('Down', 'Enter');
    await screen.shows(/waits/i);
    await screen.press('q');
    expect(await screen.end()).toMatchObject({ code: 0, isClean: true });
  });

  test('Ctrl-C', async () => {
    const screen = await watch('', { columns });
    await screen.shows(/70000001/);
    await screen.press('C-c');
    expect(await screen.end()).toMatchObject({ code: 130, isClean: true });
  });
});

test('SIGTERM', async () => {
  const screen = await watch();
  await screen.shows(/stuck/);
  execFileSync('sh', ['-c', `kill -TERM $(ps -o pid= --ppid ${await screen.pid()})`]);
  expect(await screen.end()).toMatchObject({ code: 143, isClean: true });
});

test('the deadline', async () => {
  const screen = await watch('queues --timeout 2s');
  await screen.shows(/1 queue has work/);
  expect(await screen.end()).toMatchObject({ code: 4, isClean: true });
});

test('a wrong column', async () => {
  const screen = await watch('--columns nonsense');
  const { text, ...end } = await screen.end();
  expect(end).toEqual({ code: 2, isClean: true });
  expect(text).toContain('--columns nonsense is not one of');
});

test('queues: who drains one; networks: why nobody repairs one', async () => {
  const queues = await watch('queues');
  await queues.shows(/sf-net on sf-1/);
  await queues.press('Enter');
  await queues.shows(/Who drains it:\n *sf-net runs on sf-1/);
  await queues.press('q');
  const networks = await watch('network lan');
  await networks.shows(/1 network, 1 okay/);
  await networks.press('Enter');
  await networks.shows(/network\/lan/);
  await networks.press('q');
  expect([await queues.end(), await networks.end()]).toMatchObject([{ isClean: true }, { isClean: true }]);
});

test('without a keyboard it is shown all the same, and says nothing of keys', async () => {
  const screen = await watch('--timeout 2s < /dev/null');
  expect(await screen.shows(/70000001/)).not.toMatch(/q end|▸/);
  expect(await screen.end()).toMatchObject({ code: 4, isClean: true });
});

test('a name cannot write to the terminal, and a screen of three lines shows one row', async () => {
  const evil = await Site.create();
  await insertCluster(evil);
  const uuid = '20000009-0000-4000-8000-000000000009';
  await insertNetwork(evil, uuid, '\u001b[2J\u001b]0;pwned\u0007\u001b[10;10H東京');
  for (const age of [20, 10])
    await insertOperation(evil, { targets: [['NETWORK', uuid]], createdAt: now() - age });
  const screen = await watch('', { columns: 40, rows: 4, at: evil });
  const text = await screen.shows(/network\//);
  expect(text).toMatch(/\?\[2J|\?\]0|東|…/);
  expect(text).toMatch(/^2 pending[^]*\n.*network\/[^\n]*\n.*q end/);
  await screen.press('q');
  expect(await screen.end()).toMatchObject({ code: 0, isClean: true });
  await evil.close();
});

test('wait: one line that moves in its place, until there is the answer', async () => {
  const waited = await insertOperation(site);
  const { socketPath, user, database } = site.settings;
  const screen = await terminals.start(
    `${PROGRAM} wait --operation ${waited}`,
    { columns: 80, rows: 24 },
    { SF_OPS_SOCKET: socketPath, SF_OPS_USER: user, SF_OPS_DATABASE: database },
  );
  const first = await screen.shows(/^. 1 queued, 1s$/m);
  const later = await screen.shows(/^. 1 queued, [2-9]s$/m);
  expect(later.split('\n')).toHaveLength(first.split('\n').length);
  await setState(site, 'NET_OP', waited, 'executing');
  expect(await screen.shows(/^. 1 executing, \d+s$/m)).toMatch(/: queued\n.*: executing\n. 1 executing/);
  await finish(waited);
  const { text, code, isClean } = await screen.end();
  expect({ code, isClean }).toEqual({ code: 0, isClean: true });
  expect(text).toMatch(/: complete\ncomplete: /);
  expect(text).not.toMatch(/^. 1 /m);
});

describe('a server that is lost', () => {
  let server: TestServer;
  let lost: Site;

  beforeAll(async () => {
    server = await startTestServer();
    lost = await Site.create({}, server);
    await insertCluster(lost);
    await insertOperation(lost, { uuid: YOUNG });
  });
  afterAll(async () => {
    await lost.close().catch(() => undefined);
    await server.stop();
  });

  test('frozen: it is said that the view is stale, and q ends it all the same', async () => {
    const screen = await watch('', { at: lost });
    await screen.shows(/70000002/);
    process.kill(server.pid, 'SIGSTOP');
    try {
      expect(await screen.shows(/^Stale: no answer for/)).toContain('70000002');
      await screen.press('Enter');
      await screen.shows(/^Asking\.$/m);
      await screen.press('Escape');
      await screen.hides(/Asking/);
      await screen.press('q');
      expect(await screen.end()).toMatchObject({ code: 0, isClean: true });
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
  });

  test('restarted: it is said, and goes on; killed for good: 69', async () => {
    const screen = await watch('--retry-for 30s', { at: lost });
    const impatient = await watch('--retry-for 0.5s', { at: lost });
    await Promise.all([screen.shows(/70000002/), impatient.shows(/70000002/)]);
    await server.kill();
    expect(await screen.shows(/^Stale: no answer for/)).toContain('70000002');
    const { text, ...end } = await impatient.end();
    expect(end).toEqual({ code: 69, isClean: true });
    expect(text).toContain('sf-ops: ');
    server = await startIn(dirname(server.dataDirectory), await machineServer(), {});
    await screen.shows(/^1 pending/);
    await screen.press('q');
    expect(await screen.end()).toMatchObject({ code: 0, isClean: true });
  });
});
