import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OperationRows } from '../../src/core/operations/operation-rows.js';
import { rehearseEnqueue } from '../../src/operations/enqueue/enqueue.js';
import { INSTANCE, INTERFACE, insertCluster, insertOperation, NETWORK, NODE, now } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, operationTables, REPAIR } from './enqueue-ask.js';

const HOSTILE = String.raw`'; DROP TABLE networks; -- \' " ? \0 😀 %s`;

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin, appended labels', { collation: 'utf8mb4_bin', enumOrder: 'appended' }],
  ['observational column', { observational: true }],
])('a dry run: %s', (_, variant) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  test.each<[string, Record<string, unknown>]>([
    ['a plain one', DEPLOY],
    [
      'one with several targets and a delay',
      {
        operation_type: 'node_inst_net_iface_op',
        ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
        tasks: ['attach_instance_interface'],
        delay: 0.1,
      },
    ],
    [
      'one with text that means something in SQL',
      {
        operation_type: 'artifact_fetch_op',
        namespace: HOSTILE,
        url: 'https://example.com/?a=%27',
        tasks: ['image_fetch'],
        request_id: HOSTILE,
      },
    ],
  ])('%s: writes nothing, and its SQL by hand writes exactly its rows', async (_name, raw) => {
    const { outcomes, sqlOf } = await rehearseEnqueue(site.database(), [raw], {
      force: false,
      now,
    });
    const [plan] = outcomes;
    if (plan === undefined || !('rows' in plan) || plan.rows === null)
      throw new Error('nothing would be enqueued');
    expect(Object.values(await operationTables(site)).flat()).toEqual([]);

    for (const statement of ['START TRANSACTION', ...sqlOf(plan), 'COMMIT']) await site.query(statement);
    const written = await operationTables(site);
    const tables = Object.keys(plan.rows) as (keyof OperationRows)[];
    for (const table of tables) expect(written[table]).toEqual(plan.rows[table].map(asRead));
  });

  test('of what is there already shows that nothing would be written', async () => {
    const waiting = await insertOperation(site);
    const { outcomes, sqlOf } = await rehearseEnqueue(site.database(), [REPAIR], {
      force: false,
      now,
    });
    expect(outcomes).toEqual([expect.objectContaining({ operationUuid: waiting, reused: true, rows: null })]);
    expect(outcomes.flatMap((outcome) => ('rows' in outcome ? sqlOf(outcome) : ['?']))).toEqual([]);
  });

  test('needs no right to write', async () => {
    const database = site.database();
    const statements: string[] = [];
    const watched = site.database({ trace: (sql) => statements.push(sql) });
    await rehearseEnqueue(watched, [REPAIR, DEPLOY], { force: false, now });
    expect(statements.filter((sql) => /^\s*(insert|update|delete|replace)|for update/i.test(sql))).toEqual(
      [],
    );
    await database.close();
  });

  /** A native uuid column gives dashes back, and a column that the product does not name its default. */
  function asRead(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isNative = variant.uuid === 'native';
    const dashed = (value: unknown): unknown =>
      isNative && typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
        ? value.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
        : value;
    const observational = variant.observational === true && 'target_uuid' in row ? { observational: 0 } : {};
    return {
      ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key, dashed(value)])),
      ...observational,
    };
  }
});
