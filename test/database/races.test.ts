import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import { operationRows } from '../fixtures/operation-rows.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import {
  INSTANCE,
  INTERFACE,
  insertCluster,
  insertOperation,
  NETWORK,
  NODE,
  now,
  setState,
} from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

const WRITERS = 64;
const EACH = 3;
const POLLS = 6;
const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['attach_instance_interface'],
};

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

/** Operations that are not whole at the moment of this statement: no header, or not all three targets; and lost work. */
const PARTIAL = `
  SELECT (SELECT COUNT(*) FROM cluster_operations) - (SELECT COUNT(*) FROM work_queue) AS lost, COUNT(*) AS partial FROM (
    SELECT s.object_uuid FROM object_states s
    LEFT JOIN cluster_operations o ON o.uuid = REPLACE(s.object_uuid, '-', '')
    LEFT JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
    WHERE s.object_type = 'NODE_INST_NET_IFACE_OP'
    GROUP BY s.object_uuid HAVING COUNT(o.uuid) = 0 OR COUNT(DISTINCT t.target_object_type) != 3) operations`;

/** Each writer has a connection of its own, open before the first of them writes, and goes on until enough was seen. */
test('a reader that polls while 64 writers enqueue never sees an operation without its targets', async () => {
  const writers = Array.from({ length: WRITERS }, () => site.database());
  await Promise.all(writers.map(async (writer) => writer.describe()));
  const reader = site.database();
  const description = await reader.describe();
  const countFrom = async (typeName: string): Promise<number> =>
    (await reader.read(async (session) => activeTargets(session, description, { typeName }))).length;

  const seen: number[] = [];
  let written = 0;
  const writing = writers.map(async (writer) => {
    for (let count = 0; count < EACH || seen.length < POLLS; count += 1) {
      const [outcome] = await enqueue(writer, [ATTACH], { force: true, now });
      expect(outcome).toHaveProperty('rows.cluster_operations');
      written += 1;
    }
  });
  while (seen.length < POLLS) {
    expect(await site.query(PARTIAL)).toEqual([{ lost: 0, partial: 0 }]);
    // Asked one after the other while operations are only added: a later count from another target cannot be lower.
    const counts = [await countFrom('INSTANCE'), await countFrom('NETWORK'), await countFrom('INTERFACE')];
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    seen.push(counts[0]!);
  }
  await Promise.all(writing);

  expect(new Set(seen).size).toBeGreaterThan(1);
  const all = await reader.read(async (session) => activeTargets(session, description, { typeName: null }));
  expect(all).toHaveLength(written * 3);
  expect(await site.query(PARTIAL)).toEqual([{ lost: 0, partial: 0 }]);
});

test('the rows of one answer are of one moment, whatever is committed meanwhile', async () => {
  const operation = await insertOperation(site, { targets: [['NETWORK', INSTANCE]] });
  const database = site.database();
  const description = await database.describe();
  const of = [{ typeName: 'NETWORK', uuid: INSTANCE }];
  const rows = await database.snapshot(async (session) => {
    const targets = await activeTargets(session, description, of);
    await setState(site, 'NET_OP', operation, 'complete');
    await site.query('DELETE FROM work_queue WHERE payload LIKE ?', [`%${operation}%`]);
    expect(await activeTargets(session, description, of)).toEqual(targets);
    return operationRows(session, description, targets, now());
  });
  expect(rows).toEqual([
    expect.objectContaining({ operation_uuid: operation, state: 'queued', stuck: null }),
  ]);
  expect(await database.snapshot(async (session) => activeTargets(session, description, of))).toEqual([]);
});

test('the same uuid enqueued by twenty at once is there once, and all of them succeed', async () => {
  const uuid = '77777777-7777-4777-8777-777777777777';
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () =>
      enqueue(site.database(), [{ ...ATTACH, uuid }], { force: true, now }),
    ),
  );
  const plans = outcomes.flat();
  expect(plans.map((plan) => ('operationUuid' in plan ? plan.operationUuid : plan))).toEqual(
    Array(20).fill(uuid),
  );
  expect(plans.filter((plan) => 'rows' in plan && plan.rows !== null)).toHaveLength(1);
  expect(
    await site.query('SELECT COUNT(*) AS count FROM cluster_operation_targets WHERE operation_uuid = ?', [
      uuid,
    ]),
  ).toEqual([{ count: 3 }]);
});
