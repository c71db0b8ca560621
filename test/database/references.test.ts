import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readObjectType, readOperationType } from '../../src/database/known-types.js';
import { undashed } from '../../src/core/uuid.js';
import { resolveObjects } from '../../src/database/queries/references.js';
import { insertInstance, insertNetwork, insertNode, setState } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';

const LAN = 'aaaaaaaa-1111-4111-8111-111111111111';
const WAN = 'aaaaaaaa-2222-4222-8222-222222222222';
const OLD = 'bbbbbbbb-3333-4333-8333-333333333333';
const NEW = 'cccccccc-4444-4444-8444-444444444444';
const NODE = 'dddddddd-5555-4555-8555-555555555555';
const BLOB = 'eeeeeeee-6666-4666-8666-666666666666';
const SLASHED = '12345678-8888-4888-8888-888888888888';
const GONE = 'ffffffff-7777-4777-8777-777777777777';

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
])('finding objects: %s', (_, variant) => {
  let site: Site;
  const resolve = async (typeName: string, text: string): Promise<string[]> => {
    const database = site.database();
    const description = await database.describe();
    const found = await database.read(async (session) =>
      resolveObjects(session, description, typeName, [text]),
    );
    return found.map(({ uuid }) => uuid);
  };

  beforeAll(async () => {
    site = await Site.create(variant);
    await insertNetwork(site, LAN, 'lan');
    await insertNetwork(site, WAN, 'twice');
    await insertNetwork(site, OLD, 'reused');
    await insertNetwork(site, NEW, 'reused');
    await setState(site, 'NETWORK', OLD, 'deleted');
    await insertInstance(site, LAN, 'twice');
    await insertInstance(site, WAN, 'twice');
    await site.query(`UPDATE instances SET namespace = 'other' WHERE uuid = ?`, [undashed(WAN)]);
    await insertNetwork(site, SLASHED, 'system/lan/2');
    await insertNode(site, NODE, 'sf-1.example.com');
    await setState(site, 'BLOB', BLOB, 'created');
  });
  afterAll(async () => site.close());

  test.each([
    ['NETWORK', 'a dashed uuid', LAN, LAN],
    ['NETWORK', 'an undashed uuid in capitals', LAN.replaceAll('-', '').toUpperCase(), LAN],
    ['NETWORK', 'a uuid that is gone', GONE, GONE],
    ['NETWORK', 'a name', 'lan', LAN],
    ['NETWORK', 'a name that a deleted one had too', 'reused', NEW],
    ['NODE', 'a host name', 'sf-1.example.com', NODE],
    ['NETWORK', 'a dashed prefix', 'aaaaaaaa-1', LAN],
    ['NETWORK', 'an undashed prefix in capitals', 'AAAAAAAA11', LAN],
    ['BLOB', 'a prefix of an object without a name', 'eeeeeeee', BLOB],
    ['NETWORK', 'its type and its name', 'network/lan', LAN],
    ['NETWORK', 'its type and a prefix', 'Network/aaaaaaaa-1', LAN],
    ['NETWORK', 'its type and a uuid', `network/${GONE}`, GONE],
    ['NODE', 'its type and a host name', 'node/sf-1.example.com', NODE],
    ['NETWORK', 'its namespace and its name', 'system/lan', LAN],
    ['INSTANCE', 'the namespace of one of several', 'other/twice', WAN],
    ['NETWORK', 'a name that has slashes itself', 'system/lan/2', SLASHED],
  ])('%s by %s', async (typeName, _name, text, uuid) => {
    expect(await resolve(typeName, text)).toEqual([uuid]);
  });

  test.each([
    ['an unknown name', 'NETWORK', 'nowhere'],
    ['a name that differs in case', 'NETWORK', 'LAN'],
    ['a name that differs in space at the end', 'NETWORK', 'lan '],
    ['a prefix that is too short', 'NETWORK', 'aaaaaaa'],
    ['a wildcard', 'NETWORK', 'la%'],
    ['a name of 10,000 characters', 'NETWORK', 'n'.repeat(10_000)],
    ['a name that is SQL', 'NETWORK', "' OR 1=1 -- "],
    ['emoji', 'INSTANCE', '😀'],
    ['a name of a type without names', 'BLOB', 'lan'],
    ['a name in another namespace', 'NETWORK', 'other/lan'],
    ['a namespace that differs in case', 'NETWORK', 'System/lan'],
    ['a namespace without a name', 'NETWORK', 'system/'],
    ['a name after another type', 'NETWORK', 'instance/lan'],
  ])('%s is not found', async (_name, typeName, text) => {
    await expect(resolve(typeName, text)).rejects.toMatchObject({ exitCode: 6, word: 'not_found' });
  });

  test.each([
    ['NETWORK', 'lna', 'Did you mean "lan"?'],
    ['NETWORK', 'system/lna', 'Did you mean "system/lan"?'],
    ['NODE', 'sf-1.exmaple.com', 'Did you mean "sf-1.example.com"?'],
    ['NETWORK', 'nowhere', 'Give a uuid, the beginning of one (8 characters or more), or a name.'],
    ['BLOB', 'nowhere', 'Give a uuid, the beginning of one (8 characters or more).'],
  ])('%s %s: the hint is %s', async (typeName, text, hint) => {
    await expect(resolve(typeName, text)).rejects.toMatchObject({ hint });
  });

  test.each([
    ['a prefix', 'NETWORK', 'aaaaaaaa'],
    ['a name', 'INSTANCE', 'twice'],
  ])('%s of several is refused, and they are listed', async (_name, typeName, text) => {
    const error = await resolve(typeName, text).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ exitCode: 2, word: 'ambiguous' });
    expect(String(error)).toContain(LAN);
    expect(String(error)).toContain(WAN);
  });

  test('a name that hundreds of deleted ones had is that of the living one', async () => {
    const namesakes = Array.from({ length: 150 }, (_, index) => `${index}`.padStart(8, '0') + GONE.slice(8));
    for (const uuid of namesakes) {
      await insertNetwork(site, uuid, 'often');
      await setState(site, 'NETWORK', uuid, 'deleted');
    }
    await insertNetwork(site, GONE, 'often');
    expect(await resolve('NETWORK', 'often')).toEqual([GONE]);
    await site.query('DELETE FROM networks WHERE name = ?', ['often']);
  });

  test('names are kept apart by case where the collation does not', async () => {
    await insertNetwork(site, GONE, 'Lan');
    expect(await resolve('NETWORK', 'Lan')).toEqual([GONE]);
    expect(await resolve('NETWORK', 'lan')).toEqual([LAN]);
    await site.query('DELETE FROM networks WHERE name = BINARY ?', ['Lan']);
  });
});

describe('types', () => {
  let site: Site;
  beforeAll(async () => (site = await Site.create({ extraLabels: ['FUTURE_OP', 'ROUTER'] })));
  afterAll(async () => site.close());

  test.each([
    ['network', 'NETWORK'],
    ['NetWork', 'NETWORK'],
    ['net_op', 'NET_OP'],
    ['api-requests', 'API_REQUESTS'],
    ['router', 'ROUTER'],
  ])('the object type %s', async (text, name) => {
    expect(readObjectType(text, await site.database().describe())).toBe(name);
  });

  test('an unknown object type suggests the nearest', async () => {
    const description = await site.database().describe();
    expect(() => readObjectType('netwrok', description)).toThrow('"netwrok" is not an object type.');
    try {
      readObjectType('netwrok', description);
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 2, hint: 'Did you mean network?' });
    }
  });

  test('operation types are those known here and those of the database', async () => {
    const description = await site.database().describe();
    expect(readOperationType('NET_OP', description)).toBe('net_op');
    expect(readOperationType('future_op', description)).toBe('future_op');
    expect(() => readOperationType('network', description)).toThrow(/not an operation type/);
    expect(() => readOperationType('net_opp', description)).toThrow(/did you mean net_op\?/);
  });
});
