import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import {
  insertCluster,
  insertNode,
  NETWORK,
  NODE,
  now,
  publishVersions,
  setState,
} from '../fixtures/rows.js';
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
  beforeEach(async () => {
    await emptyOperations(site);
    await site.query('DELETE FROM node_metrics');
  });

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

/** The lowest version wins: a node that was not upgraded yet would delete the work row of a newer one. */
describe('what the living nodes publish comes first', () => {
  const OTHER = '55555555-5555-4555-8555-555555555555';
  let site: Site;
  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    await insertNode(site, OTHER, 'sf-2');
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    await emptyOperations(site);
    await setState(site, 'NODE', OTHER, 'created');
    await publishVersions(site, NODE, { net_op: 3 });
    await publishVersions(site, OTHER, { net_op: 2 });
  });
  const versionWritten = async (): Promise<[number, string[]]> => {
    const { rows, warnings } = await enqueueOne(site, DEPLOY);
    const stored = JSON.parse(String(rows!.cluster_operations[0]!.metadata_json)) as { version: number };
    return [stored.version, [...warnings]];
  };

  test('the lowest of them', async () => {
    expect(await versionWritten()).toEqual([2, []]);
  });

  test.each<[string, () => Promise<void>]>([
    [
      'a node that published too long ago',
      () => publishVersions(site, OTHER, { net_op: 2 }, { at: now() - 301 }),
    ],
    ['a node that is deleted', () => setState(site, 'NODE', OTHER, 'deleted')],
    ['a node that is missing', () => setState(site, 'NODE', OTHER, 'missing')],
    ['a node that does not know the type', () => publishVersions(site, OTHER, { node_net_op: 1 })],
  ])('not that of %s', async (_, change) => {
    await change();
    expect(await versionWritten()).toEqual([3, []]);
  });

  test('a version that is newer than this program is refused', async () => {
    await publishVersions(site, NODE, { net_op: 4 });
    await publishVersions(site, OTHER, { net_op: 4 });
    await expect(enqueueOne(site, DEPLOY)).rejects.toMatchObject({ exitCode: 9 });
  });

  test('without them the newest row, without that our own with a warning', async () => {
    await site.query('UPDATE node_metrics SET metrics_json = NULL');
    expect(await versionWritten()).toEqual([3, [expect.stringMatching(/^neither a node nor/)]]);
    await site.query("UPDATE cluster_operations SET metadata_json = JSON_SET(metadata_json, '$.version', 2)");
    expect(await versionWritten()).toEqual([2, []]);
  });

  test('a table that is not there, or may not be read, is no obstacle', async () => {
    await site.query('DROP TABLE node_metrics');
    expect((await versionWritten())[0]).toBe(3);
    await site.query('CREATE TABLE behind (node_uuid CHAR(32), timestamp DOUBLE, metrics_json TEXT)');
    await site.query('CREATE VIEW node_metrics AS SELECT * FROM behind');
    const database = site.database();
    await database.describe();
    await site.query('DROP TABLE behind');
    const [outcome] = await enqueue(database, [DEPLOY], { force: false, now });
    expect(outcome).toHaveProperty('rows.cluster_operations');
    await site.query('DROP VIEW node_metrics');
  });
});
