import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { insertCluster, NETWORK, NODE } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, enqueueOne, operationTables } from './enqueue-ask.js';

const V1 =
  '{"uuid": "%u", "network_uuid": "%n", "priority": "user_facing", "request_id": null, "tasks": ["network_deploy"], "depends_on": null, "runs_after": null, "version": 1}';
const V2 =
  '{"uuid": "%u", "network_uuid": "%n", "floating_address": null, "inner_address": null, "priority": "user_facing", "request_id": null, "tasks": ["network_deploy"], "depends_on": null, "runs_after": null, "version": 2}';
const REORDERED =
  '{"version": 3, "tasks": ["network_deploy"], "uuid": "%u", "node_uuid": null, "network_uuid": "%n", "priority": "user_facing"}';
const NEWER = V2.replace('"version": 2', '"version": 4');
const OLD_UUID = '00000000-0000-4000-8000-000000000000';

/** A worker refuses a version that it does not know: the cluster's own newest row says what it takes. */
describe('operations are written as this cluster writes them', () => {
  let site: Site;
  const wrote = async (form: string, createdAt: number): Promise<void> => {
    const metadata = form.replace('%u', OLD_UUID).replace('%n', NETWORK);
    await site.query(
      'INSERT INTO cluster_operations (uuid, operation_type, created_at, metadata_json) VALUES (REPLACE(UUID(), "-", ""), "net_op", ?, ?)',
      [createdAt, metadata],
    );
  };
  const written = async (uuid: string): Promise<string> => {
    const [row] = await site.query<{ metadata_json: string }>(
      'SELECT metadata_json FROM cluster_operations WHERE uuid = ?',
      [uuid.replaceAll('-', '')],
    );
    return row!.metadata_json;
  };

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  test.each([
    ['version 1', V1],
    ['version 2', V2],
    ['another order of keys', REORDERED],
  ])('%s', async (_, form) => {
    await wrote(form, 1000);
    const { operationUuid } = await enqueueOne(site, DEPLOY);
    expect(await written(operationUuid)).toBe(form.replace('%u', operationUuid).replace('%n', NETWORK));
  });

  test('the newest row decides, not the highest version', async () => {
    await wrote(V2, 1000);
    await wrote(V1, 2000);
    const { operationUuid } = await enqueueOne(site, DEPLOY);
    expect(await written(operationUuid)).toContain('"version": 1}');
  });

  test('rows of other types do not count', async () => {
    await wrote(V1, 1000);
    const { operationUuid } = await enqueueOne(site, {
      operation_type: 'node_net_op',
      node_uuid: NODE,
      network_uuid: NETWORK,
      tasks: ['network_destroy'],
    });
    expect(await written(operationUuid)).toBe(
      `{"uuid": "${operationUuid}", "node_uuid": "${NODE}", "network_uuid": "${NETWORK}", "priority": "user_facing", "request_id": null, "tasks": ["network_destroy"], "depends_on": null, "runs_after": null, "version": 1}`,
    );
  });

  test.each([
    ['a version that is newer than this program', NEWER, /has version 4/],
    [
      'a key that this program does not know',
      V2.replace('"version"', '"colour": 1, "version"'),
      /keys that this program does not know: "colour"/,
    ],
    ['no version', '{"uuid": "%u"}', /not a version/],
    ['something that is no object', '[1, 2]', /not an object/],
  ])('%s: refused, and nothing is written', async (_, form, message) => {
    await wrote(form, 1000);
    const tables = await operationTables(site);
    await expect(enqueueOne(site, DEPLOY)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringMatching(message),
    });
    expect(await operationTables(site)).toEqual(tables);
  });

  test('a value for which the cluster has no key is refused, not lost', async () => {
    await wrote(V1, 1000);
    const floating = { ...DEPLOY, tasks: ['network_add_floating_ip'], floating_address: '192.0.2.9' };
    await expect(enqueueOne(site, floating)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringMatching(/without floating_address/),
    });
    await expect(enqueueOne(site, { ...DEPLOY, target: NODE, family: 'network' })).rejects.toThrow(
      /without node_uuid/,
    );
  });

  test('a repeat is recognised whatever version the first was written in', async () => {
    await wrote(V1, 1000);
    const request = { ...DEPLOY, uuid: '99999999-9999-4999-8999-999999999999' };
    await enqueueOne(site, request);
    expect(await enqueueOne(site, request)).toMatchObject({ rows: null, reused: false });
  });
});
