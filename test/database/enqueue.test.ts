import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  hex,
  INSTANCE,
  INTERFACE,
  insertCluster,
  insertOperation,
  NETWORK,
  NODE,
  now,
} from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, enqueueOne, operationTables } from './enqueue-ask.js';

const UUID = '99999999-9999-4999-8999-999999999999';
const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  node_uuid: NODE,
  instance_uuid: INSTANCE,
  network_uuid: NETWORK,
  interface_uuid: INTERFACE,
  tasks: ['hot_plug_instance_interface', 'attach_instance_interface'],
};

describe.each<[string, SchemaVariant, (uuid: string) => string]>([
  ['char(32), general_ci', { collation: 'utf8mb4_general_ci' }, hex],
  ['native uuid', { uuid: 'native' }, (uuid) => uuid],
  ['utf8mb4_bin, appended labels', { collation: 'utf8mb4_bin', enumOrder: 'appended' }, hex],
  ['without the dropped column only', { version: 'composite' }, hex],
])('what is written: %s', (_, variant, header) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  test('is what Shaken Fist writes, byte for byte', async () => {
    const before = now();
    const { operationUuid: uuid, createdAt } = await enqueueOne(site, {
      ...DEPLOY,
      priority: 'background',
      request_id: 'r-1',
      delay: 90,
    });
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(createdAt).toBeLessThanOrEqual(now());
    expect(await operationTables(site)).toEqual({
      cluster_operations: [
        {
          uuid: header(uuid),
          operation_type: 'net_op',
          created_at: createdAt,
          node_uuid: null,
          instance_uuid: null,
          network_uuid: header(NETWORK),
          priority: 'background',
          metadata_json:
            `{"uuid": "${uuid}", "network_uuid": "${NETWORK}", "node_uuid": null, "floating_address": null, ` +
            '"inner_address": null, "priority": "background", "request_id": "r-1", "tasks": ["network_deploy"], ' +
            '"depends_on": null, "runs_after": null, "version": 3}',
        },
      ],
      object_states: [
        {
          object_uuid: uuid,
          object_type: 'NET_OP',
          state_value: 'queued',
          update_time: createdAt,
          message: null,
        },
      ],
      work_queue: [
        {
          queue_name: 'networknode-clusteroperation-background',
          scheduled_at: createdAt + 90,
          claimed_at: null,
          claimed_by: null,
          attempts: 0,
          payload: `{"operation_type": "net_op", "operation_uuid": "${uuid}"}`,
          created_at: createdAt,
        },
      ],
      cluster_operation_targets: [
        {
          operation_uuid: uuid,
          operation_type: 'net_op',
          target_object_type: 'NETWORK',
          target_uuid: NETWORK,
          created_at: createdAt,
        },
      ],
    });
  });

  test('has every declared target, in order, and never the node', async () => {
    const { operationUuid } = await enqueueOne(site, ATTACH);
    expect(
      await site.query(
        'SELECT operation_uuid, target_object_type AS type, target_uuid AS uuid FROM cluster_operation_targets ORDER BY sequence_number',
      ),
    ).toEqual([
      { operation_uuid: operationUuid, type: 'INSTANCE', uuid: INSTANCE },
      { operation_uuid: operationUuid, type: 'NETWORK', uuid: NETWORK },
      { operation_uuid: operationUuid, type: 'INTERFACE', uuid: INTERFACE },
    ]);
    const [row] = await site.query('SELECT node_uuid, instance_uuid, network_uuid FROM cluster_operations');
    expect(row).toEqual({
      node_uuid: header(NODE),
      instance_uuid: header(INSTANCE),
      network_uuid: header(NETWORK),
    });
  });

  test('text beyond ASCII is stored as Python stores it', async () => {
    const fetch = {
      operation_type: 'artifact_fetch_op',
      namespace: 'Zürich 😀',
      url: 'https://example.com/a?b=c',
      tasks: ['image_fetch'],
    };
    await enqueueOne(site, fetch);
    const [row] = await site.query<{ metadata_json: string }>('SELECT metadata_json FROM cluster_operations');
    expect(row!.metadata_json).toContain(String.raw`"namespace": "Z\u00fcrich \ud83d\ude00"`);
  });

  test('an operation with a uuid given twice is there once', async () => {
    const first = await enqueueOne(site, { ...DEPLOY, uuid: UUID });
    expect(first).toMatchObject({ operationUuid: UUID, reused: false });
    expect(first.rows).not.toBeNull();
    const tables = await operationTables(site);
    const again = await enqueueOne(site, { ...DEPLOY, uuid: UUID.replaceAll('-', '').toUpperCase() });
    expect(again).toMatchObject({
      operationUuid: UUID,
      rows: null,
      reused: false,
      createdAt: first.createdAt,
    });
    expect(await operationTables(site)).toEqual(tables);
  });

  test('a later terminal operation over an earlier queued one changes neither', async () => {
    const failed = await insertOperation(site, { state: 'error', createdAt: now() + 5 });
    const { operationUuid } = await enqueueOne(site, DEPLOY);
    expect(operationUuid).not.toBe(failed);
    expect((await operationTables(site)).cluster_operations).toHaveLength(2);
  });
});

test('a column for observational targets is written as false, whatever its default', async () => {
  const site = await Site.create({
    observational: true,
    extra: ['ALTER TABLE cluster_operation_targets ALTER observational DROP DEFAULT'],
  });
  await insertCluster(site);
  await enqueueOne(site, ATTACH);
  expect(await site.query('SELECT DISTINCT observational FROM cluster_operation_targets')).toEqual([
    { observational: 0 },
  ]);
  await site.close();
});
