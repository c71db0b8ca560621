import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyOperations, operationTables } from '../database/enqueue-ask.js';
import { INSTANCE, INTERFACE, insertCluster, insertOperation, NETWORK, NODE } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome, type RunOptions } from './run.js';

const UUID = '99999999-9999-4999-8999-999999999999';
const DEPLOY = ['net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'];

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

const enqueue = async (words: string[], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['enqueue', ...words, '--json', ...connectionFlags(site.settings)], options);

describe('enqueue', () => {
  test('says what it did, and leaves an audit event', async () => {
    const outcome = await enqueue([
      ...DEPLOY,
      '--priority',
      'background',
      '--request-id',
      'r-1',
      '--delay',
      '30',
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    const answer = jsonOf<{ operation_uuid: string; created_at: number }>(outcome);
    expect(answer).toEqual({
      operation_type: 'net_op',
      operation_uuid: expect.any(String),
      created: true,
      reused: false,
      dry_run: false,
      queue_name: 'networknode-clusteroperation-background',
      priority: 'background',
      tasks: ['network_deploy'],
      targets: [{ object_type: 'network', uuid: NETWORK }],
      created_at: expect.any(Number),
      warnings: [],
    });
    const tables = await operationTables(site);
    expect(tables.work_queue).toMatchObject([{ scheduled_at: answer.created_at + 30 }]);
    expect(await site.query('SELECT event_type, request_id FROM events')).toEqual([
      { event_type: 'audit', request_id: 'r-1' },
    ]);
    expect(await site.query('SELECT COUNT(*) AS count FROM event_objects')).toEqual([{ count: 2 }]);
  });

  test('takes names wherever an object or a node is asked for', async () => {
    const words = [
      'node_inst_net_iface_op',
      '--node-uuid',
      'sf-1',
      '--instance-uuid',
      'vm',
      '--network-uuid',
      'lan',
    ];
    const outcome = await enqueue([
      ...words,
      '--interface-uuid',
      '22222222',
      '--task',
      'attach_instance_interface',
    ]);
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(jsonOf(outcome)).toMatchObject({
      queue_name: `${NODE}-clusteroperation-user_facing`,
      targets: [{ uuid: INSTANCE }, { uuid: NETWORK }, { uuid: INTERFACE }],
    });
    expect(
      jsonOf(
        await enqueue(['net_op', '--network-uuid', 'lan', '--task', 'network_deploy', '--target', 'sf-1']),
      ),
    ).toMatchObject({
      queue_name: `${NODE}-network-user_facing`,
    });
  });

  test('repeats harmlessly under a uuid, and refuses another content', async () => {
    expect(jsonOf(await enqueue([...DEPLOY, '--uuid', UUID]))).toMatchObject({
      created: true,
      operation_uuid: UUID,
    });
    const again = await enqueue([...DEPLOY, '--uuid', UUID]);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(again)).toMatchObject({ created: false, reused: false, operation_uuid: UUID });
    const other = await enqueue([...DEPLOY, '--uuid', UUID, '--priority', 'background']);
    expect(other.exitCode).toBe(9);
    expect(jsonOf(other)).toMatchObject({ error: { code: 'uuid_taken' } });
    expect(await site.query('SELECT COUNT(*) AS count FROM events')).toEqual([{ count: 1 }]);
  });

  test('eight programs at once make one operation of idempotent work', async () => {
    const repair = ['net_op', '--network-uuid', NETWORK, '--task', 'network_ensure_mesh'];
    const outcomes = await Promise.all(Array.from({ length: 8 }, async () => enqueue(repair)));
    const answers = outcomes.map((outcome) =>
      jsonOf<{ operation_uuid: string; created: boolean; reused: boolean }>(outcome),
    );
    expect(new Set(answers.map(({ operation_uuid }) => operation_uuid)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers.filter(({ reused }) => reused)).toHaveLength(7);
    expect((await operationTables(site)).work_queue).toHaveLength(1);
    expect(jsonOf(await enqueue([...repair, '--no-coalesce']))).toMatchObject({ created: true });
  });

  test('waits for what it is told to', async () => {
    const waiting = await insertOperation(site);
    const outcome = await enqueue([
      ...DEPLOY,
      '--runs-after',
      'pending',
      '--depends-on',
      `net_op:${waiting}`,
    ]);
    expect(outcome.exitCode).toBe(0);
    const rows = await site.query<{ stored: string }>(
      'SELECT metadata_json AS stored FROM cluster_operations ORDER BY created_at DESC LIMIT 1',
    );
    const reference = `[{"op_type": "net_op", "op_uuid": "${waiting}"}]`;
    expect(rows[0]!.stored).toContain(`"depends_on": ${reference}, "runs_after": ${reference}`);
  });

  test('--force goes past what does not exist, and says so even when quiet', async () => {
    const words = ['net_op', '--network-uuid', UUID, '--task', 'network_deploy'];
    expect(await enqueue(words)).toMatchObject({ exitCode: 6 });
    const forced = await enqueue([...words, '--force', '--quiet']);
    expect(forced).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^warning: --force: .*not checked\n$/),
    });
  });
});

describe('the audit event', () => {
  test.each([
    ['its table is missing', 'RENAME TABLE events TO away', 'RENAME TABLE away TO events'],
    [
      'its table has a column that must be written',
      'ALTER TABLE events ADD COLUMN region INT NOT NULL',
      'ALTER TABLE events DROP COLUMN region',
    ],
    [
      'its table lacks a column',
      'ALTER TABLE events DROP COLUMN request_id',
      'ALTER TABLE events ADD COLUMN request_id VARCHAR(64)',
    ],
  ])('does not undo the operation when %s', async (_, damage, repair) => {
    await site.query(damage);
    const outcome = await enqueue(DEPLOY);
    await site.query(repair);
    expect(outcome).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(
        /^warning: The operation is enqueued, but the audit event could not be written: /,
      ),
    });
    expect(jsonOf(outcome)).toMatchObject({ created: true });
    expect((await operationTables(site)).work_queue).toHaveLength(1);
  });
});

test('before the second migration an operation with several targets is refused by its name', async () => {
  const before = await Site.create({ version: 'baseline' });
  await insertCluster(before);
  const words = [
    'node_inst_net_iface_op',
    '--node-uuid',
    NODE,
    '--instance-uuid',
    INSTANCE,
    '--network-uuid',
    NETWORK,
  ];
  const outcome = await runCli([
    'enqueue', ...words, '--interface-uuid', INTERFACE, '--task', 'attach_instance_interface', '--json', ...connectionFlags(before.settings),
  ]); // prettier-ignore
  expect(outcome.exitCode).toBe(9);
  expect(jsonOf(outcome)).toMatchObject({
    error: {
      code: 'migration_needed',
      hint: expect.stringContaining('sf-ops migrate status'),
    },
  });
  expect(Object.values(await operationTables(before)).flat()).toEqual([]);
  await before.close();
});

describe('--like', () => {
  test('takes fields, tasks, priority and queue of another; options override', async () => {
    const made = await enqueue([...DEPLOY, '--priority', 'background', '--request-id', 'r7', '--json']);
    const { operation_uuid: old } = jsonOf<{ operation_uuid: string }>(made);
    const again = await enqueue(['--like', old.slice(0, 13), '--json']);
    expect(jsonOf(again)).toMatchObject({ created: true, priority: 'background', tasks: ['network_deploy'] });
    const urgent = await enqueue(['--like', old, '--priority', 'user_waiting', '--json']);
    expect(jsonOf(urgent)).toMatchObject({ queue_name: 'networknode-clusteroperation-user_waiting' });
    expect(await enqueue(['node_net_op', '--like', old])).toMatchObject({ exitCode: 2 });
    expect(await enqueue(['--like', '00000000-0000-4000-8000-000000000000'])).toMatchObject({ exitCode: 6 });
  });
});
