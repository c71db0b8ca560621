import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { INSTANCE, INTERFACE, insertCluster, insertOperation, NETWORK, NODE, now } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, enqueueAll, enqueueOne, operationTables } from './enqueue-ask.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['attach_instance_interface'],
};

interface Waits {
  depends_on: { op_type: string; op_uuid: string }[] | null;
  runs_after: { op_type: string; op_uuid: string }[] | null;
}

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
  ['observational column', { observational: true }],
])('what an operation waits for: %s', (_, variant) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  const waits = async (request: object): Promise<Waits> => {
    const { operationUuid } = await enqueueOne(site, { ...DEPLOY, ...request });
    const [row] = await site.query<{ metadata_json: string }>(
      'SELECT metadata_json FROM cluster_operations WHERE uuid = ?',
      [operationUuid.replaceAll('-', '')],
    );
    const { depends_on, runs_after } = JSON.parse(row!.metadata_json) as Waits;
    return { depends_on, runs_after };
  };
  const netOp = (uuid: string): { op_type: string; op_uuid: string } => ({
    op_type: 'net_op',
    op_uuid: uuid,
  });

  test('named operations are stored, in order', async () => {
    const [one, two] = [await insertOperation(site), await insertOperation(site, { state: 'complete' })];
    expect(await waits({ depends_on: [`net_op:${two}`, netOp(one)], runs_after: [`net_op:${one}`] })).toEqual(
      {
        depends_on: [netOp(two), netOp(one)],
        runs_after: [netOp(one)],
      },
    );
  });

  test.each(['depends_on', 'runs_after'])(
    'an operation that does not exist is not found: %s',
    async (key) => {
      const [existing, other] = [await insertOperation(site), await insertOperation(site)];
      const tables = await operationTables(site);
      const request = { [key]: [`net_op:${existing}`, `net_op:${UNKNOWN}`, `node_net_op:${other}`] };
      await expect(waits(request)).rejects.toMatchObject({
        exitCode: 6,
        message: `There is no operation net_op ${UNKNOWN}, node_net_op ${other} to wait for.`,
      });
      expect(await operationTables(site)).toEqual(tables);
    },
  );

  test('nothing pending, nothing latest: nothing to wait for', async () => {
    expect(await waits({ runs_after: ['pending', 'latest'] })).toEqual({
      depends_on: null,
      runs_after: null,
    });
  });

  test('pending is every active operation of the targets, oldest first, however new the finished ones are', async () => {
    const second = await insertOperation(site, { createdAt: now() - 10, state: 'executing' });
    const first = await insertOperation(site, { createdAt: now() - 20 });
    await insertOperation(site, { state: 'complete' });
    await insertOperation(site, { targets: [['NETWORK', UNKNOWN]] });
    expect((await waits({ runs_after: ['pending'] })).runs_after).toEqual([netOp(first), netOp(second)]);
  });

  test('latest is the highest sequence number, whatever its state', async () => {
    await insertOperation(site);
    const last = await insertOperation(site, { createdAt: 1000, state: 'error' });
    expect((await waits({ runs_after: ['latest'] })).runs_after).toEqual([netOp(last)]);
  });

  test('several targets are all asked, and an operation is named once', async () => {
    const lan = await insertOperation(site, { createdAt: now() - 20 });
    const both = await insertOperation(site, {
      type: 'node_inst_net_iface_op',
      targets: [
        ['INSTANCE', INSTANCE],
        ['NETWORK', NETWORK],
      ],
      stored: { instance_uuid: INSTANCE, interface_uuid: INTERFACE },
    });
    const found = (await waits({ ...ATTACH, runs_after: [`net_op:${lan}`, 'pending', 'latest'] })).runs_after;
    expect(found).toEqual([netOp(lan), { op_type: 'node_inst_net_iface_op', op_uuid: both }]);
  });

  test('an operation earlier in the batch can be waited for', async () => {
    const uuid = '99999999-9999-4999-8999-999999999999';
    const outcomes = await enqueueAll(site, [
      { ...DEPLOY, uuid },
      { ...DEPLOY, depends_on: [`net_op:${uuid}`] },
      { ...DEPLOY, runs_after: ['latest'] },
    ]);
    expect(outcomes.filter((outcome) => 'exitCode' in outcome)).toEqual([]);
    const rows = await site.query<{ metadata_json: string }>('SELECT metadata_json FROM cluster_operations');
    const stored = rows.map(({ metadata_json }) => JSON.parse(metadata_json) as Waits & { uuid: string });
    const second = stored.find(({ depends_on }) => depends_on !== null)!;
    const third = stored.find(({ runs_after }) => runs_after !== null)!;
    expect(second.depends_on).toEqual([netOp(uuid)]);
    expect(third.runs_after).toEqual([netOp(second.uuid)]);
  });

  test('a repeat with pending or latest is the same operation, though others have come and gone', async () => {
    const request = { ...DEPLOY, uuid: '99999999-9999-4999-8999-999999999999', runs_after: ['pending'] };
    await insertOperation(site);
    await enqueueOne(site, request);
    await insertOperation(site);
    expect(await enqueueOne(site, request)).toMatchObject({ rows: null, reused: false });
  });
});

test('measurements are not waited for', async () => {
  const site = await Site.create({ observational: true });
  await insertCluster(site);
  const measuring = await insertOperation(site);
  await site.query('UPDATE cluster_operation_targets SET observational = 1 WHERE operation_uuid = ?', [
    measuring,
  ]);
  const { operationUuid } = await enqueueOne(site, { ...DEPLOY, runs_after: ['pending'] });
  const [row] = await site.query<{ metadata_json: string }>(
    "SELECT metadata_json FROM cluster_operations WHERE uuid = REPLACE(?, '-', '')",
    [operationUuid],
  );
  expect(row!.metadata_json).toContain('"runs_after": null');
  await site.close();
});
