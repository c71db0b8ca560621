import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Names } from '../../src/core/names.js';
import type { DatabaseDescription } from '../../src/database/description.js';
import { readClusterFacts } from '../../src/database/queries/cluster-facts.js';
import { readNames, type ToName } from '../../src/database/queries/names.js';
import {
  findOperations,
  resolveOperations,
  type OperationReference,
} from '../../src/database/queries/operation-references.js';
import { INSTANCE, insertCluster, insertNetwork, insertOperation, NETWORK, NODE } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';

const ALIKE = ['70000001-0000-4000-8000-000000000001', '70000001-0000-4000-8000-000000000002'] as const;
const ALONE = '7000000f-0000-4000-8000-000000000003';
const HALF_GONE = '7111111f-0000-4000-8000-000000000004';
const TWINS = ['20000001-0000-4000-8000-000000000001', '20000002-0000-4000-8000-000000000002'] as const;

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin, before both migrations', { collation: 'utf8mb4_bin', version: 'baseline' }],
])('names: %s', (_, variant) => {
  let site: Site;
  let description: DatabaseDescription;

  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
    for (const uuid of TWINS) await insertNetwork(site, uuid, 'twin');
    for (const uuid of [...ALIKE, ALONE]) await insertOperation(site, { uuid });
    await insertOperation(site, { uuid: HALF_GONE, state: null, work: 'none' });
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [HALF_GONE.replaceAll('-', '')]);
    description = await site.database().describe();
  });
  afterAll(async () => site.close());

  const namesOf = async (toName: Partial<ToName>): Promise<Names> =>
    site.database().read(async (session) => {
      const { nodes } = await readClusterFacts(session, description);
      return readNames(session, description, { objects: [], operations: [], ...toName }, nodes);
    });
  const find = async (...texts: string[]): Promise<OperationReference[]> =>
    site.database().read(async (session) => findOperations(session, description, texts));

  test('objects by name, where it is the only one of its type', async () => {
    const objects = [
      { objectType: 'network', uuid: NETWORK },
      { objectType: 'network', uuid: TWINS[0] },
      { objectType: 'instance', uuid: INSTANCE },
      { objectType: 'node', uuid: NODE },
      { objectType: 'blob', uuid: '99999999-9999-4999-8999-999999999999' },
    ];
    const names = await namesOf({ objects });
    expect(objects.map(({ objectType, uuid }) => names.object(objectType, uuid))).toEqual([
      'network/lan',
      'network/20000001',
      'instance/vm',
      'node/sf-1',
      'blob/99999999-9999-4999-8999-999999999999', // nothing would find it by less
    ]);
  });

  test('operations by the beginning that no other has, and each is found by it', async () => {
    const operations = [...ALIKE, ALONE, HALF_GONE];
    const names = await namesOf({ operations });
    const short = operations.map((uuid) => names.uuid(uuid));
    expect(short).toEqual([ALIKE[0], ALIKE[1], '7000000f', '7111111f']);
    expect(await find(...short)).toEqual(short.map((text, index) => ({ text, uuid: operations[index] })));
  });

  test('a reference may be dashed or not, in any case, and a whole uuid need not exist', async () => {
    const missing = '99999999-9999-4999-8999-999999999999';
    const texts = ['7000000F', '7000000f-00', '7000000f00004', missing.replaceAll('-', '').toUpperCase()];
    expect((await find(...texts)).map((one) => ('uuid' in one ? one.uuid : null))).toEqual([
      ALONE,
      ALONE,
      ALONE,
      missing,
    ]);
  });

  test('what matches none or several is told apart, beside those that are found', async () => {
    const found = await find('70000001', '7000000f', '79999999', '7000000', 'lan');
    expect(found).toMatchObject([
      { problem: { exitCode: 2, word: 'ambiguous' } },
      { uuid: ALONE },
      { problem: { exitCode: 6 } },
      { problem: { exitCode: 6 } },
      { problem: { exitCode: 6 } },
    ]);
    expect('problem' in found[0]! && found[0].problem.message).toContain(ALIKE[1]);
    await expect(
      site.database().read(async (session) => resolveOperations(session, description, ['70000001'])),
    ).rejects.toMatchObject({ exitCode: 2 });
  });
});
