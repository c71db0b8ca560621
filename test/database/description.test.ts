import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { OPERATION_TYPES } from '../../src/core/operations/catalogue.js';
import { enumLabels, keysOf, schemaVersions } from '../../src/database/description.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { createDatabase, sharedServer } from '../servers/mariadb.js';

const OPERATION_LABELS = OPERATION_TYPES.map(({ value }) => value.toUpperCase()).sort();

describe.each<[string, SchemaVariant, { uuid: string; collation: string }]>([
  ['as Shaken Fist creates it', {}, { uuid: 'char(32)', collation: 'utf8mb4_general_ci' }],
  ['native uuids', { uuid: 'native' }, { uuid: 'uuid', collation: 'utf8mb4_general_ci' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }, { uuid: 'char(32)', collation: 'utf8mb4_bin' }],
  [
    'labels appended by an upgrade',
    { enumOrder: 'appended' },
    { uuid: 'char(32)', collation: 'utf8mb4_general_ci' },
  ],
])('a database: %s', (_, variant, expected) => {
  let site: Site;
  beforeAll(async () => (site = await Site.create(variant)));
  afterAll(async () => site.close());

  test('types, collations and labels are what is found', async () => {
    const description = await site.database().describe();
    expect(description.column('cluster_operations', 'uuid')).toMatchObject({
      type: expected.uuid,
      nullable: false,
    });
    expect(description.column('cluster_operations', 'network_uuid')).toMatchObject({
      type: expected.uuid,
      nullable: true,
    });
    expect(description.column('networks', 'name')?.collation).toBe(expected.collation);
    expect(description.column('networks', 'nothing')).toBeNull();
    expect(description.column('nothing', 'uuid')).toBeNull();
    expect([...description.operationLabels].sort()).toEqual(['', ...OPERATION_LABELS]);
    expect(description.hasObservational).toBe(false);
  });

  test('costs one statement, asked once', async () => {
    const database = site.database();
    await database.identity();
    const before = database.statements;
    await Promise.all([database.describe(), database.describe()]);
    await database.describe();
    expect(database.statements - before).toBe(1);
  });
});

test('the labels of another order are in that order', async () => {
  const site = await Site.create({ enumOrder: 'appended', extraLabels: ['FUTURE_OP'] });
  const description = await site.database().describe();
  const labels = description.column('object_states', 'object_type')!.labels;
  expect(labels.indexOf('NET_OP')).toBeGreaterThan(labels.indexOf('NAMESPACE_CLAIM'));
  expect(labels.at(-1)).toBe('FUTURE_OP');
  expect(description.operationLabels).toContain('FUTURE_OP');
  await site.close();
});

test('a label that is not known to be an ordinary object counts as an operation', async () => {
  const site = await Site.create({ extraLabels: ['FUTURE_OP', "IT''S, (ODD)"] });
  const { operationLabels } = await site.database().describe();
  expect([...operationLabels].sort()).toEqual(['', ...OPERATION_LABELS, 'FUTURE_OP', "IT'S, (ODD)"].sort());
  await site.close();
});

describe('versions and keys', () => {
  test.each([
    ['baseline', { object_metadata: 2, cluster_operation_targets: 1 }, ['operation_uuid']],
    ['dropped', { object_metadata: 3, cluster_operation_targets: 1 }, ['operation_uuid']],
    [
      'composite',
      { object_metadata: 2, cluster_operation_targets: 2 },
      ['operation_uuid', 'target_object_type', 'target_uuid'],
    ],
    [
      'current',
      { object_metadata: 3, cluster_operation_targets: 2 },
      ['operation_uuid', 'target_object_type', 'target_uuid'],
    ],
  ] as const)('%s', async (version, versions, columns) => {
    const site = await Site.create({ version });
    const session = await site.database().session();
    expect(Object.fromEntries((await schemaVersions(session))!)).toMatchObject(versions);
    const unique = (await keysOf(session, 'cluster_operation_targets')).filter(
      ({ unique, name }) => unique && name !== 'PRIMARY',
    );
    expect(unique.map((key) => key.columns)).toEqual([columns]);
    const description = await site.database().describe();
    expect(description.column('object_metadata', 'last_cluster_operation_json') === null).toBe(
      versions.object_metadata === 3,
    );
    await site.close();
  });

  test('a version row does not make a key, and no table makes no version', async () => {
    const site = await Site.create({
      extra: ['ALTER TABLE cluster_operation_targets DROP INDEX uq_cot_op_target'],
    });
    const session = await site.database().session();
    expect((await schemaVersions(session))!.get('cluster_operation_targets')).toBe(2);
    expect((await keysOf(session, 'cluster_operation_targets')).filter(({ unique }) => unique)).toHaveLength(
      1,
    );
    await site.query('DROP TABLE schema_versions');
    expect(await schemaVersions(session)).toBeNull();
    await site.close();
  });
});

test('observational targets are noticed', async () => {
  const site = await Site.create({ observational: true });
  expect((await site.database().describe()).hasObservational).toBe(true);
  await site.close();
});

test('tables of another schema on the same server do not count', async () => {
  const site = await Site.create();
  const other = await createDatabase(await sharedServer(), ['CREATE TABLE visitors (id INT)']);
  const connection = await createConnection({ ...other });
  expect((await site.database().describe()).tables.has('visitors')).toBe(false);
  await connection.end();
  await site.close();
});

test.each([
  ["enum('A','B')", ['A', 'B']],
  ["enum('it''s','a,b','(')", ["it's", 'a,b', '(']],
  ["enum('')", ['']],
  ['varchar(36)', []],
  ["set('A')", []],
])('labels of %s', (type, labels) => {
  expect(enumLabels(type)).toEqual(labels);
});
