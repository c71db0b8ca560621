import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, INSTANCE, NETWORK, NODE, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

interface Shown {
  operations: ({ operation_uuid: string } & Record<string, unknown>)[];
  missing: { message: string; exit_code: number }[];
}

let site: Site;
let failed: string;
let waiting: string;
beforeAll(async () => {
  site = await Site.create({ extraLabels: ['FUTURE_OP'] });
  await insertCluster(site);
  failed = await insertOperation(site, { state: 'error', createdAt: now() - 7200, work: 'none' });
  await site.query('INSERT INTO cluster_operation_errors VALUES (?, ?, ?)', [
    failed.replaceAll('-', ''),
    JSON.stringify({
      code: 'E1',
      message: 'no room',
      details: { free: 1 },
      origin_class: 'X',
      traceback: 'at line 7',
    }),
    now(),
  ]);
  waiting = await insertOperation(site, {
    type: 'node_inst_net_iface_op',
    createdAt: now() - 3600,
    targets: [
      ['INSTANCE', INSTANCE],
      ['NETWORK', NETWORK],
    ],
    stored: { node_uuid: NODE, depends_on: [{ op_type: 'net_op', op_uuid: failed }] },
  });
  const event = randomUUID();
  await site.query(
    "INSERT INTO events VALUES (?, 'audit', ?, 'sf-1', NULL, 'enqueued \u001b[31m', '{\"a\": 1}', NULL)",
    [event, now() - 3600],
  );
  await site.query("INSERT INTO event_objects VALUES ('node_inst_net_iface_op', ?, ?)", [waiting, event]);
});
afterAll(async () => site.close());

const show = async (...words: string[]): Promise<Outcome> =>
  runCli(['show', ...words, ...connectionFlags(site.settings)]);

test('everything about an operation', async () => {
  const outcome = await show(waiting.slice(0, 8), '--json');
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  const [operation] = jsonOf<Shown & object>(outcome).operations;
  expect(operation).toMatchObject({
    operation_uuid: waiting,
    operation_type: 'node_inst_net_iface_op',
    state: 'queued',
    tasks: ['network_ensure_mesh'],
    priority: 'user_facing',
    metadata: { node_uuid: NODE, version: 1 },
    queue: { queue_name: 'networknode-clusteroperation-user_facing', attempts: 0, defer_count: 0 },
    targets: [
      { object_type: 'instance', uuid: INSTANCE, name: 'vm' },
      { object_type: 'network', uuid: NETWORK, name: 'lan' },
    ],
    depends_on: [{ op_type: 'net_op', op_uuid: failed, state: 'error' }],
    runs_after: [],
    required_by: [],
    error: null,
    events: [{ event_type: 'audit', extra: { a: 1 } }],
    blocker: { reason: 'blocked_by_failed', stuck: 'unmet_dependency' },
  });
});

test('what waits for it, and the report of its failure', async () => {
  const [operation] = jsonOf<Shown & object>(await show(failed, '--json')).operations;
  expect(operation).toMatchObject({
    required_by: [{ op_uuid: waiting, state: 'queued', kind: 'depends_on' }],
    error: {
      code: 'E1',
      message: 'no room',
      details: { free: 1 },
      origin_class: 'X',
      traceback: 'at line 7',
    },
    queue: null,
  });
  const screen = await show(failed, '-o', 'table');
  expect(screen.stdout).toContain(`required by node_inst_net_iface_op ${waiting.slice(0, 8)} queued`);
  expect(screen.stdout).toContain('--traceback shows it');
  expect((await show(failed, '--traceback', '-o', 'table')).stdout).toContain('at line 7');
});

test('a screen fits the terminal, and text of the database steers nothing', async () => {
  const screen = await runCli(['show', waiting, '-o', 'table', ...connectionFlags(site.settings)], {
    env: { COLUMNS: '60' },
    tty: true,
  });
  expect(screen.stdout).not.toContain('enqueued \u001b');
  expect(screen.stdout).not.toContain('?\u001b');
  expect(screen.stdout).toContain('instance/vm');
});

test('its type may stand before it, as audit writes it', async () => {
  expect(jsonOf(await show(`net_op/${failed}`, '--json'))).toMatchObject({
    operations: [{ operation_uuid: failed }],
  });
});

test('several, of which some are unknown: the others are shown', async () => {
  const outcome = await show(failed, 'ffffffff', randomUUID(), '--json');
  expect(outcome.exitCode).toBe(6);
  expect(jsonOf<Shown & object>(outcome)).toMatchObject({
    operations: [{ operation_uuid: failed }],
    missing: [{ exit_code: 6 }, { exit_code: 6 }],
  });
  expect(outcome.stderr).toContain('ffffffff');
  expect(await show('ffffffff', '--json')).toMatchObject({ exitCode: 6 });
});

test.each<[string, (uuid: string) => Promise<unknown>, Record<string, unknown>]>([
  [
    'no header',
    async (uuid) => site.query('DELETE FROM cluster_operations WHERE uuid = ?', [uuid.replaceAll('-', '')]),
    { operation_type: 'future_op', state: 'queued', metadata: null, tasks: [] },
  ],
  [
    'no state',
    async (uuid) => site.query('DELETE FROM object_states WHERE object_uuid = ?', [uuid]),
    { operation_type: 'future_op', state: null, blocker: { reason: 'unknown_state' } },
  ],
  [
    'only targets',
    async (uuid) => {
      await site.query('DELETE FROM object_states WHERE object_uuid = ?', [uuid]);
      await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [uuid.replaceAll('-', '')]);
    },
    { operation_type: 'future_op', state: null, blocker: { reason: 'gone' } },
  ],
  [
    'only a state',
    async (uuid) => {
      await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [uuid]);
      await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [uuid.replaceAll('-', '')]);
    },
    { operation_type: 'future_op', state: 'queued', targets: [], created_at: null },
  ],
  [
    'damaged metadata',
    async (uuid) =>
      site.query(`UPDATE cluster_operations SET metadata_json = '[1]' WHERE uuid = ?`, [
        uuid.replaceAll('-', ''),
      ]),
    { metadata: [1], state: 'queued' },
  ],
])('an operation that is half gone, of an unknown type: %s', async (_, damage, expected) => {
  const uuid = await insertOperation(site, { type: 'future_op', createdAt: now() - 60 });
  await damage(uuid);
  const outcome = await show(uuid, '--json');
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(jsonOf<Shown & object>(outcome).operations[0]).toMatchObject(expected);
  expect(await show(uuid, '-o', 'table')).toMatchObject({ exitCode: 0, stderr: '' });
});
