import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  insertCluster,
  insertNetwork,
  insertOperation,
  NETWORK,
  NODE,
  now,
  type OperationFixture,
} from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations, enqueueAll, enqueueOne, operationTables, REPAIR } from './enqueue-ask.js';

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
])('an operation that already waits is used instead: %s', (_, variant) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  const reuses = async (request = {}): Promise<string | null> => {
    const before = await operationTables(site);
    const { reused, operationUuid, rows } = await enqueueOne(site, { ...REPAIR, ...request });
    if (!reused) return null;
    expect(rows).toBeNull();
    expect(await operationTables(site)).toEqual(before);
    return operationUuid;
  };

  test.each<[string, OperationFixture, object]>([
    ['the same', {}, {}],
    ['a more urgent one', { priority: 'user_waiting' }, {}],
    ['one for the same node', { stored: { node_uuid: NODE } }, { target: NODE, family: 'network' }],
    ['one of version 2, without a node', { stored: { node_uuid: null, version: 2 } }, {}],
    ['one that begins no later', { createdAt: now() + 50 }, { delay: 600 }],
  ])('%s', async (_name, fixture, request) => {
    const waiting = await insertOperation(site, fixture);
    expect(await reuses(request)).toBe(waiting);
  });

  test('the oldest of several, and its time', async () => {
    await insertOperation(site, { createdAt: now() - 10 });
    const oldest = await insertOperation(site, { createdAt: 1000 });
    const { operationUuid, createdAt } = await enqueueOne(site, REPAIR);
    expect([operationUuid, createdAt]).toEqual([oldest, 1000]);
  });

  test.each<[string, OperationFixture, object]>([
    ['an orphan, whose work row is gone', { work: 'none' }, {}],
    ['one that a worker has claimed', { work: 'claimed' }, {}],
    ['one in a slower lane', { priority: 'background' }, {}],
    ['one that executes', { state: 'executing' }, {}],
    ['one that failed', { state: 'error' }, {}],
    ['one without a state', { state: null }, {}],
    ['one with another task', { stored: { tasks: ['network_apply_update_dnsmasq'] } }, {}],
    ['one with a task more', { stored: { tasks: ['network_ensure_mesh', 'network_deploy'] } }, {}],
    ['one for a node, where none is asked for', { stored: { node_uuid: NODE } }, {}],
    ['one for no node, where one is asked for', {}, { target: NODE, family: 'network' }],
    ['one that begins later', { createdAt: now() + 600 }, {}],
    [
      'any, for a task that is not idempotent',
      { stored: { tasks: ['network_deploy'] } },
      { tasks: ['network_deploy'] },
    ],
    ['any, where that is not wanted', {}, { coalesce: false }],
    ['any, for several tasks', {}, { tasks: ['network_ensure_mesh', 'network_apply_update_dnsmasq'] }],
    ['any, for a uuid of its own', {}, { uuid: '99999999-9999-4999-8999-999999999999' }],
    ['any, where others must end first', {}, { runs_after: ['pending'] }],
  ])('but not %s', async (_name, fixture, request) => {
    await insertOperation(site, fixture);
    expect(await reuses(request)).toBeNull();
  });

  test('of an orphan and a sound one, the sound one', async () => {
    await insertOperation(site, { createdAt: 1000, work: 'none' });
    const sound = await insertOperation(site, { createdAt: 2000 });
    expect(await reuses()).toBe(sound);
  });

  test('one in the same batch counts', async () => {
    const outcomes = await enqueueAll(site, [
      REPAIR,
      REPAIR,
      { ...REPAIR, priority: 'user_waiting' },
      REPAIR,
    ]);
    const uuids = outcomes.map((outcome) => ('operationUuid' in outcome ? outcome.operationUuid : outcome));
    expect(uuids[1]).toBe(uuids[0]);
    expect(uuids[2]).not.toBe(uuids[0]);
    expect([uuids[0], uuids[2]]).toContain(uuids[3]); // equally old, both urgent enough
    expect((await operationTables(site)).work_queue).toHaveLength(2);
  });

  test('two at once make one, and so do twenty', async () => {
    for (const count of [2, 20]) {
      await emptyOperations(site);
      const plans = await Promise.all(Array.from({ length: count }, async () => enqueueOne(site, REPAIR)));
      expect(new Set(plans.map(({ operationUuid }) => operationUuid)).size).toBe(1);
      expect(plans.filter(({ reused }) => !reused)).toHaveLength(1);
      const tables = await operationTables(site);
      expect(Object.values(tables).map((rows) => rows.length)).toEqual([1, 1, 1, 1]);
    }
  });

  test('nothing is left of how they took turns', async () => {
    await Promise.all([enqueueOne(site, REPAIR), enqueueOne(site, REPAIR)]);
    expect(await site.query('SELECT * FROM cluster_locks')).toEqual([]);
  });

  test('batches that want the same in another order do not keep each other from being written', async () => {
    const networks = ['a', 'b', 'c', 'd'].map((digit) =>
      NETWORK.replaceAll('1', digit).replace(/d(?=ddd-8)|[abc](?=[abc]{3}-8)/, '4'),
    );
    for (const [index, uuid] of networks.entries()) await insertNetwork(site, uuid, `n${index}`);
    const requests = networks.map((uuid) => ({ ...REPAIR, network_uuid: uuid }));
    const batches = await Promise.all([
      enqueueAll(site, requests),
      enqueueAll(site, [...requests].reverse()),
      enqueueAll(site, requests),
    ]);
    expect(batches.flat().filter((outcome) => 'exitCode' in outcome)).toEqual([]);
    expect((await operationTables(site)).cluster_operations).toHaveLength(4);
    await site.query("DELETE FROM networks WHERE name LIKE 'n_'");
  });
});

test('without a table of locks one is still enqueued', async () => {
  const site = await Site.create({ extra: ['DROP TABLE cluster_locks'] });
  await insertCluster(site);
  expect(await enqueueOne(site, REPAIR)).toMatchObject({ reused: false });
  expect(await enqueueOne(site, REPAIR)).toMatchObject({ reused: true });
  await site.close();
});
