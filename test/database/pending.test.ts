import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OperationRow } from '../../src/commands/operation-row.js';
import { operationRows } from '../fixtures/operation-rows.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
])('rows of pending: %s', (_, variant) => {
  let site: Site;
  const pending = async (): Promise<OperationRow[]> => {
    const database = site.database();
    const description = await database.describe();
    return database.snapshot(async (session) => {
      const targets = await activeTargets(session, description, [{ typeName: 'NETWORK', uuid: NETWORK }]);
      return operationRows(session, description, targets, now());
    });
  };
  const only = async (): Promise<OperationRow> => {
    const rows = await pending();
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };

  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets', 'cluster_config'])
      await site.query(`DELETE FROM ${table}`);
    await site.query("DELETE FROM object_states WHERE object_type = 'NET_OP'");
  });

  test('a waiting operation, whole', async () => {
    const createdAt = Math.floor(now()) - 90;
    const operation = await insertOperation(site, { createdAt, priority: 'background' });
    const { sequence_number, age_seconds, ...row } = await only();
    expect(row).toEqual({
      operation_uuid: operation,
      operation_type: 'net_op',
      state: 'queued',
      tasks: ['network_ensure_mesh'],
      priority: 'background',
      created_at: createdAt,
      target_object_type: 'network',
      target_uuid: NETWORK,
      queue: {
        queue_name: 'networknode-clusteroperation-background',
        scheduled_at: createdAt,
        claimed_at: null,
        claimed_by: null,
        attempts: 0,
      },
      stuck: null,
      reason: 'waiting_its_turn',
    });
    expect(sequence_number).toEqual(expect.any(Number));
    expect(age_seconds).toBeGreaterThanOrEqual(90);
    expect(age_seconds).toBeLessThan(100);
  });

  test('a clock that runs ahead makes no negative age', async () => {
    await insertOperation(site, { createdAt: now() + 3600 });
    expect((await only()).age_seconds).toBe(0);
  });

  test('one whose work row is gone is orphaned', async () => {
    await insertOperation(site, { work: 'none', createdAt: now() - 60 });
    expect(await only()).toMatchObject({ queue: null, stuck: 'orphaned', reason: 'orphaned' });
  });

  test('but not yet while it is only seconds old', async () => {
    await insertOperation(site, { work: 'none' });
    expect(await only()).toMatchObject({ queue: null, stuck: null, reason: 'cannot_tell' });
  });

  test('a claim is stale after the threshold, which the cluster may override', async () => {
    await insertOperation(site, { work: 'claimed', state: 'executing' });
    await site.query('UPDATE work_queue SET claimed_at = ?', [now() - 100]);
    expect(await only()).toMatchObject({ stuck: null, queue: { claimed_by: 'sf-1', attempts: 1 } });
    await site.query("INSERT INTO cluster_config VALUES ('CLUSTER_OP_STUCK_THRESHOLD', '60', 0)");
    expect(await only()).toMatchObject({ stuck: 'stale_claim' });
  });

  test('a queue that nobody drains', async () => {
    await insertOperation(site);
    await site.query('UPDATE work_queue SET queue_name = ?', [
      `${randomUUID()}-clusteroperation-user_facing`,
    ]);
    expect(await only()).toMatchObject({ stuck: 'undrained' });
  });

  test.each([
    ['failed', 'error', 'unmet_dependency'],
    ['waits too', 'queued', null],
    ['is gone', null, 'unmet_dependency'],
  ] as const)('one whose dependency %s', async (_name, state, stuck) => {
    const dependency = await insertOperation(site, { state, targets: [] });
    await insertOperation(site, { stored: { depends_on: [{ op_type: 'net_op', op_uuid: dependency }] } });
    expect(await only()).toMatchObject({ stuck });
  });

  test('a deferred operation shows the claimed row, not the one for later', async () => {
    const operation = await insertOperation(site, { work: 'claimed', state: 'executing' });
    await site.query(
      'INSERT INTO work_queue (queue_name, scheduled_at, attempts, payload, created_at) SELECT queue_name, 0, 0, payload, 0 FROM work_queue',
    );
    expect(await only()).toMatchObject({ operation_uuid: operation, queue: { claimed_by: 'sf-1' } });
  });

  test.each([
    ['is gone', 'DELETE FROM cluster_operations'],
    ['holds null', "UPDATE cluster_operations SET metadata_json = 'null'"],
    ['holds something else', `UPDATE cluster_operations SET metadata_json = '[1,"a"]'`],
  ])('an operation whose header %s still holds its target', async (_name, damage) => {
    const operation = await insertOperation(site);
    await site.query(damage);
    expect(await only()).toMatchObject({ operation_uuid: operation, tasks: [], state: 'queued' });
  });

  test('garbage in the queue does not hide the rest', async () => {
    await site.query(
      `INSERT INTO work_queue (queue_name, scheduled_at, attempts, payload, created_at) VALUES
       ('x', 0, 0, '{"operation_uuid": 7}', 0), ('x', 0, 0, 'null', 0), ('x', 0, 0, '[]', 0), ('x', 0, 0, '{"operation_uuid": "z"}', 0)`,
    );
    await insertOperation(site);
    expect(await only()).toMatchObject({ stuck: null });
  });

  test('as many statements for 700 operations as for one', async () => {
    const count = async (): Promise<number> => {
      const database = site.database();
      const description = await database.describe();
      const before = database.statements;
      await database.read(async (session) => {
        const targets = await activeTargets(session, description, { typeName: null });
        expect(await operationRows(session, description, targets, now())).toHaveLength(targets.length);
      });
      return database.statements - before;
    };
    const dependency = await insertOperation(site, { targets: [] });
    await insertOperation(site, { stored: { depends_on: [{ op_type: 'net_op', op_uuid: dependency }] } });
    const one = await count();
    await site.query(`
      CREATE TEMPORARY TABLE many AS SELECT UUID() AS uuid FROM seq_1_to_700;
      INSERT INTO cluster_operations (uuid, operation_type, created_at, metadata_json)
        SELECT REPLACE(uuid, '-', ''), 'net_op', 0, '{}' FROM many;
      INSERT INTO object_states (object_type, object_uuid, state_value, update_time) SELECT 'NET_OP', uuid, 'queued', 0 FROM many;
      INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
        SELECT uuid, 'net_op', 'NETWORK', '${NETWORK}', 0 FROM many;
      DROP TABLE many`);
    // And two to read the queue, which costs less than looking for each of so many.
    expect(await count()).toBeLessThanOrEqual(one + 2);
    expect(await pending()).toHaveLength(701);
  });
});
