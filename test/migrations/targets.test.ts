import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { backfill, findLostTargets } from '../../src/migrations/composite-target-uniqueness/backfill.js';
import { compositeTargetUniqueness as uniqueness } from '../../src/migrations/composite-target-uniqueness/migration.js';
import { migrationStatements } from '../../src/migrations/migration-files.js';
import { checksOf } from '../../src/migrations/verify.js';
import { withServers } from '../../src/migrations/servers.js';
import { Person, apply, request, statusOf } from '../fixtures/migrating.js';
import { INSTANCE, INTERFACE, NETWORK, insertOperation } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { shapeOf } from '../fixtures/shape.js';
import { Site } from '../fixtures/site.js';

/** Every test makes a database of its own, on a machine that may be busy with others. */
jest.setTimeout(60_000);

let site: Site;
afterEach(async () => site.close());

async function deployment(variant: SchemaVariant = {}): Promise<Site> {
  return (site = await Site.create({ version: 'baseline', ...variant }));
}

const [KEYS_BY_SHAKEN_FIST, STAMP_BY_SHAKEN_FIST] = migrationStatements('0002_composite_target_uniqueness');

const targets = (): Promise<unknown[]> =>
  site.query(`SELECT operation_uuid, operation_type, target_object_type, target_uuid, created_at
    FROM cluster_operation_targets ORDER BY operation_uuid, target_object_type`);

/** An operation with three targets of which, under the old key, only the first was recorded. */
async function insertLoser(state = 'queued', type = 'node_inst_net_iface_op'): Promise<string> {
  return insertOperation(site, {
    type,
    state,
    createdAt: 1_700_000_000.25,
    targets: [['INSTANCE', INSTANCE]],
    stored: { instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  });
}

test('the keys are changed in one statement, the version set, and a second run has nothing to do', async () => {
  await deployment();
  expect(await statusOf(site, uniqueness)).toMatchObject({ state: 'pending', currentVersion: 1 });
  expect(await apply(site, uniqueness)).toMatchObject({
    outcome: 'applied',
    stamped: true,
    backfilled: [],
    alterations: [{ phase: 'key', algorithm: 'NOCOPY', lock: 'NONE', attempts: 1 }],
  });
  const migrated = (await shapeOf(site)).filter((line) => line.startsWith('cluster_operation_targets'));
  const person = new Person();
  expect(await apply(site, uniqueness, { person })).toMatchObject({ outcome: 'already_applied' });
  expect(person.asked).toEqual([]);
  await site.close();
  await deployment({ version: 'current' });
  expect(migrated).toEqual(
    (await shapeOf(site)).filter((line) => line.startsWith('cluster_operation_targets')),
  );
});

describe('Shaken Fist', () => {
  test('has migrated already: recognised', async () => {
    await deployment({ extra: [KEYS_BY_SHAKEN_FIST!, STAMP_BY_SHAKEN_FIST!] });
    expect(await apply(site, uniqueness)).toMatchObject({ outcome: 'already_applied' });
  });

  test('swallowed that the key could not be added: the version is not believed, and the key is added', async () => {
    await deployment({
      extra: ['ALTER TABLE cluster_operation_targets DROP INDEX operation_uuid', STAMP_BY_SHAKEN_FIST!],
    });
    expect(await statusOf(site, uniqueness)).toMatchObject({
      state: 'in_progress',
      currentVersion: 2,
      detail: expect.stringContaining('swallowed'),
    });
    expect(await apply(site, uniqueness)).toMatchObject({
      outcome: 'applied',
      stamped: false,
      alterations: [{ phase: 'key' }],
    });
    expect(await statusOf(site, uniqueness)).toMatchObject({ state: 'applied' });
  });

  test('was cut short before the version: only that remains', async () => {
    await deployment({ extra: [KEYS_BY_SHAKEN_FIST!] });
    expect(await statusOf(site, uniqueness)).toMatchObject({ state: 'in_progress', currentVersion: 1 });
    expect(await apply(site, uniqueness)).toMatchObject({
      outcome: 'applied',
      alterations: [],
      stamped: true,
    });
  });

  test.each([
    [
      'is newer',
      "UPDATE schema_versions SET version = 3 WHERE table_name = 'cluster_operation_targets'",
      'up to 2',
    ],
    [
      'did not make this key',
      'ALTER TABLE cluster_operation_targets ADD UNIQUE KEY mine (operation_uuid), DROP INDEX operation_uuid',
      'The unique key mine',
    ],
    [
      'gives the name to another key',
      'CREATE INDEX uq_cot_op_target ON cluster_operation_targets (target_uuid)',
      'not what its name says',
    ],
    [
      'has no version for it',
      "DELETE FROM schema_versions WHERE table_name = 'cluster_operation_targets'",
      'no row for',
    ],
  ])('%s: blocked', async (_, statement, reason) => {
    await deployment({ extra: [statement] });
    const before = await shapeOf(site);
    expect(await statusOf(site, uniqueness)).toMatchObject({
      state: 'blocked',
      detail: expect.stringContaining(reason),
    });
    await expect(apply(site, uniqueness)).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringContaining(reason),
    });
    expect(await shapeOf(site)).toEqual(before);
  });
});

describe('active operations that lost targets', () => {
  test.each<[string, SchemaVariant]>([
    ['as SQLAlchemy 2.0 makes it', {}],
    ['with native uuids', { uuid: 'native' }],
    ['under utf8mb4_bin', { collation: 'utf8mb4_bin' }],
    ['with labels in another order', { enumOrder: 'appended', extraLabels: ['FUTURE_OP'] }],
    ['with measurement-only targets', { observational: true }],
  ])('get them back from their own metadata, once: %s', async (_, variant) => {
    await deployment(variant);
    const losers = [
      await insertLoser('queued'),
      await insertLoser('executing'),
      await insertLoser('preflight'),
    ].sort();
    await insertLoser('complete');
    await insertLoser('error');
    const plain = await insertOperation(site);
    const finished = (await targets()).length;

    const { backfilled, outcome } = await apply(site, uniqueness);
    expect(outcome).toBe('applied');
    expect(
      backfilled.map((row) => `${row.operation_uuid} ${row.target_object_type} ${row.target_uuid}`).sort(),
    ).toEqual(losers.flatMap((uuid) => [`${uuid} INTERFACE ${INTERFACE}`, `${uuid} NETWORK ${NETWORK}`]));
    const after = await targets();
    expect(after).toHaveLength(finished + 6);
    const row = { operation_type: 'node_inst_net_iface_op', created_at: 1_700_000_000.25 };
    for (const uuid of losers) {
      expect(after).toContainEqual({
        ...row,
        operation_uuid: uuid,
        target_object_type: 'NETWORK',
        target_uuid: NETWORK,
      });
    }
    expect(after).toContainEqual(
      expect.objectContaining({ operation_uuid: plain, target_object_type: 'NETWORK' }),
    );
    expect(await apply(site, uniqueness)).toMatchObject({ outcome: 'already_applied' });
  });

  test('are found after the migration too, and written on request', async () => {
    await deployment({ version: 'current' });
    const loser = await insertLoser();
    const before = await targets();
    const planned = await withServers(site.database(), async (servers) =>
      servers.database.read((session) => uniqueness.plan(session, servers, request())),
    );
    // A plan of what is applied reads no rows of operations, however many there are.
    expect(planned).toEqual([]);
    expect(await targets()).toEqual(before);
    const checks = await withServers(site.database(), async (servers) =>
      checksOf(await uniqueness.verify(servers)),
    );
    expect(checks.filter(({ result }) => result !== 'pass')).toMatchObject([
      { name: 'targets', detail: '2 targets of active operations are missing' },
    ]);
    expect(await apply(site, uniqueness)).toMatchObject({
      outcome: 'applied',
      alterations: [],
      stamped: false,
      backfilled: [{ operation_uuid: loser }, { operation_uuid: loser }],
    });
    expect(await targets()).toHaveLength(before.length + 2);
  });

  test('of a type that this program does not know are said to be unknown', async () => {
    await deployment({ extraLabels: ['FUTURE_OP'] });
    await insertLoser('queued', 'future_op');
    const person = new Person();
    expect(await apply(site, uniqueness, { person })).toMatchObject({ outcome: 'applied', backfilled: [] });
    expect(person.heard).toContain(
      'warning: Whether operations of these types lost targets cannot be told: future_op.',
    );
  });

  test('that end between the look and the write get nothing', async () => {
    await deployment({ version: 'current' });
    await insertLoser();
    const before = await targets();
    const { lost } = await findLostTargets(site.database());
    expect(lost).toHaveLength(2);
    await site.query("UPDATE object_states SET state_value = 'complete'");
    expect(await backfill(site.database(), lost)).toEqual([]);
    expect(await targets()).toEqual(before);
  });
});
