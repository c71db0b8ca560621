import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { INSTANCE, INTERFACE, insertCluster, NETWORK, NODE, now, setState } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, enqueueAll, enqueueOne, operationTables, REPAIR } from './enqueue-ask.js';

const UUID = '99999999-9999-4999-8999-999999999999';
const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  node_uuid: NODE,
  instance_uuid: INSTANCE,
  network_uuid: NETWORK,
  interface_uuid: INTERFACE,
  tasks: ['hot_plug_instance_interface', 'attach_instance_interface'],
};

describe('before anything is written', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  test.each<[string, object, RegExp]>([
    ['a network that never was', { network_uuid: UUID }, new RegExp(`network ${UUID} does not exist`)],
    ['a node that never was', { target: UUID, family: 'network' }, new RegExp(`node ${UUID} does not exist`)],
  ])('%s is not found, unless forced', async (_, change, message) => {
    await expect(enqueueOne(site, { ...DEPLOY, ...change })).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(message),
    });
    expect((await operationTables(site)).cluster_operations).toEqual([]);
    const forced = await enqueueOne(site, { ...DEPLOY, ...change }, { force: true });
    expect(forced.warnings.join()).toMatch(/--force/);
  });

  test.each(['deleted', 'hard-deleted'])('an object that is %s is refused as gone', async (state) => {
    await setState(site, 'NETWORK', NETWORK, state);
    await expect(enqueueOne(site, DEPLOY)).rejects.toMatchObject({
      exitCode: 6,
      message: `network ${NETWORK} is deleted.`,
    });
    await setState(site, 'NETWORK', NETWORK, 'created');
  });

  test('every object that is missing is named at once', async () => {
    const strangers = { instance_uuid: UUID, interface_uuid: UUID };
    await expect(enqueueOne(site, { ...ATTACH, ...strangers })).rejects.toThrow(
      `instance ${UUID} does not exist; interface ${UUID} does not exist.`,
    );
  });

  test('a queue that nobody drains is a warning, not a refusal', async () => {
    await site.query('UPDATE node_attributes SET last_seen = ?', [now() - 7200]);
    const { warnings, rows } = await enqueueOne(site, DEPLOY);
    expect(rows).not.toBeNull();
    expect(warnings.join()).toMatch(
      /nobody drains networknode-clusteroperation-user_facing: node sf-1 has not checked in/,
    );
    await site.query('UPDATE node_attributes SET last_seen = ?', [now()]);
    expect((await enqueueOne(site, DEPLOY)).warnings).toEqual([]);
  });

  test('a uuid that another operation has is refused, and what differs is named', async () => {
    await enqueueOne(site, { ...DEPLOY, uuid: UUID });
    const tables = await operationTables(site);
    const changed = { ...DEPLOY, uuid: UUID, priority: 'background', tasks: ['network_destroy'] };
    await expect(enqueueOne(site, changed)).rejects.toMatchObject({
      exitCode: 9,
      word: 'uuid_taken',
      message: `Operation ${UUID} exists and differs in priority, tasks. Nothing was enqueued.`,
    });
    await expect(enqueueOne(site, { ...ATTACH, uuid: UUID })).rejects.toThrow('differs in operation_type');
    expect(await operationTables(site)).toEqual(tables);
  });

  test('one bad request does not keep the others of a batch from being written', async () => {
    const outcomes = await enqueueAll(site, [DEPLOY, { ...DEPLOY, network_uuid: UUID }, ATTACH]);
    expect(outcomes.map((outcome) => ('exitCode' in outcome ? outcome.exitCode : 'done'))).toEqual([
      'done',
      6,
      'done',
    ]);
    expect((await operationTables(site)).cluster_operations).toHaveLength(2);
  });
});

test.each(['baseline', 'dropped'] as const)(
  'a database that can hold one target refuses several: %s',
  async (version) => {
    const site = await Site.create({ version });
    await insertCluster(site);
    await expect(enqueueOne(site, ATTACH)).rejects.toMatchObject({
      exitCode: 9,
      word: 'migration_needed',
      hint: expect.stringContaining('cluster_operation_targets'),
    });
    expect(Object.values(await operationTables(site)).flat()).toEqual([]);
    await enqueueOne(site, REPAIR);
    expect((await operationTables(site)).cluster_operation_targets).toHaveLength(1);
    await site.close();
  },
);
