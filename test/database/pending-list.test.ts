import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { TargetedOperation } from '../../src/core/operations/targeted-operation.js';
import { listPending } from '../../src/operations/pending-list.js';
import type { ObjectReference } from '../../src/database/queries/targets.js';
import { INSTANCE, insertCluster, insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

let site: Site;
beforeAll(async () => {
  site = await Site.create({ extraLabels: ['FUTURE_OP'], observational: true });
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => {
  for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets'])
    await site.query(`DELETE FROM ${table}`);
  await site.query("DELETE FROM object_states WHERE object_type LIKE '%\\_OP'");
});

const list = async (typeName: string | null = null, limit = Infinity, isWanted = () => true) => {
  const database = site.database();
  const description = await database.describe();
  return listPending(database, description, { typeName }, isWanted, { now: now(), limit });
};

async function readAll(of: Awaited<ReturnType<typeof list>>): Promise<TargetedOperation[]> {
  const all: TargetedOperation[] = [];
  for await (const { operations } of of.portions()) all.push(...operations);
  return all;
}

test('every active target, oldest first, of any type and state, with what is known of it', async () => {
  const base = now() - 1000;
  const young = await insertOperation(site, { createdAt: base + 20, type: 'future_op', state: 'executing' });
  const old = await insertOperation(site, {
    createdAt: base,
    type: 'node_inst_net_iface_op',
    targets: [
      ['INSTANCE', INSTANCE],
      ['NETWORK', NETWORK],
    ],
  });
  const orphan = await insertOperation(site, { createdAt: base + 10, work: 'none', state: 'preflight' });
  await insertOperation(site, { state: 'complete' });
  await insertOperation(site, { targets: [] });
  const found = await list();
  expect(found).toMatchObject({ count: 4, oldestAt: base, observational: 0 });
  expect(
    (await readAll(found)).map(({ record, target, blocker }) => [
      record.uuid,
      target.objectType,
      blocker.reason,
    ]),
  ).toEqual([
    [old, 'instance', 'waiting_its_turn'],
    [old, 'network', 'waiting_its_turn'],
    [orphan, 'network', 'orphaned'],
    [young, 'network', 'waiting_its_turn'],
  ]);
  expect((await readAll(await list('NETWORK', 2))).map(({ record }) => record.uuid)).toEqual([old, orphan]);
  expect(await list('NETWORK', 2)).toMatchObject({ count: 3 });
  expect(await list(null, Infinity, () => false)).toMatchObject({ count: 0, oldestAt: null });
});

test('on some objects: what holds them, of each target that is theirs', async () => {
  const base = now() - 1000;
  const targets: [string, string][] = [
    ['INSTANCE', INSTANCE],
    ['NETWORK', NETWORK],
  ];
  const both = await insertOperation(site, {
    ...{ createdAt: base + 5, type: 'node_inst_net_iface_op', targets },
  });
  const one = await insertOperation(site, { createdAt: base });
  await insertOperation(site, { state: 'complete' });
  const of = async (...objects: ObjectReference[]) => {
    const database = site.database();
    const description = await database.describe();
    const bounds = { now: now(), limit: Infinity };
    const found = await listPending(database, description, objects, () => true, bounds);
    const all = await readAll(found);
    return { ...found, all: all.map(({ record, target }) => [record.uuid, target.objectType]) };
  };
  const [network, instance] = [
    { typeName: 'NETWORK', uuid: NETWORK },
    { typeName: 'INSTANCE', uuid: INSTANCE },
  ];
  expect(await of(network)).toMatchObject({
    ...{ count: 2, oldestAt: base },
    all: [
      [one, 'network'],
      [both, 'network'],
    ],
  });
  expect((await of(instance, network)).all).toHaveLength(3);
  expect(await of({ typeName: 'BLOB', uuid: NETWORK })).toMatchObject({ count: 0, oldestAt: null });
});

test('what has ended between the list and its portion is left out, and counted', async () => {
  const [ending, vanishing] = [await insertOperation(site), await insertOperation(site)];
  const staying = await insertOperation(site);
  const found = await list();
  await setState(site, 'NET_OP', ending, 'complete');
  await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [vanishing]);
  expect((await readAll(found)).map(({ record }) => record.uuid)).toEqual([staying]);
  expect(found.ended()).toBe(2);
});

test('targets that only measure are counted apart', async () => {
  await insertOperation(site);
  await site.query('UPDATE cluster_operation_targets SET observational = 1');
  expect(await list()).toMatchObject({ count: 0, observational: 1 });
});
