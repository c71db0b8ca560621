import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Names, uniquePrefix, type ObjectName } from '../../src/core/names.js';
import { namedIn, namedText } from '../../src/core/named-text.js';
import { readObjectWish } from '../../src/core/object-reference.js';

const WEB = '20000001-0000-4000-8000-000000000001';
const TWIN = '20000002-0000-4000-8000-000000000002';
const NODE = '10000001-0000-4000-8000-000000000001';
const name = (text: string, more: Partial<ObjectName> = {}): ObjectName => ({
  name: text,
  namespace: 'shop',
  isUnique: true,
  ...more,
});
const ODD = '20000003-0000-4000-8000-000000000003';
const names = new Names(
  new Map([
    [WEB, name('web')],
    [ODD, name('two words')],
    [TWIN, name('twin', { isUnique: false })],
  ]),
  new Map([
    [TWIN, '20000002'],
    [ODD, '20000003'],
  ]),
  [
    { uuid: NODE, fqdn: 'sf-1.example.com' },
    { uuid: 'b', fqdn: 'sf-2.east' },
    { uuid: 'c', fqdn: 'sf-2.west' },
  ],
);

test('of two that know names, the later knows better', () => {
  const other = new Names(new Map([[WEB, name('shop')]]), new Map([[ODD, '2000000300']]), []);
  const both = names.with(other);
  expect([both.nameOf(WEB), both.uuid(ODD), both.uuid(TWIN), both.node(NODE)]).toEqual([
    ...['shop', '2000000300', '20000002', 'sf-1'],
  ]);
  expect(other.with(names).nameOf(WEB)).toBe('web');
  const moved = names.with(new Names(new Map(), new Map(), [{ uuid: NODE, fqdn: 'sf-9' }]));
  expect([moved.node(NODE), moved.nameOf(WEB)]).toEqual(['sf-9', 'web']);
});

test('an object is called by its name, where no other of its type has it', () => {
  expect(names.object('network', WEB)).toBe('network/web');
  expect(names.object('network', TWIN)).toBe('network/20000002');
  expect(names.object('blob', 'unknown')).toBe('blob/unknown');
  expect(names.nameOf(TWIN)).toBeNull();
});

test('a node is called by the first label of its name, unless two would be the same', () => {
  expect(['b', 'c', NODE].map((uuid) => names.node(uuid))).toEqual(['sf-2.east', 'sf-2.west', 'sf-1']);
  expect(names.object('node', NODE)).toBe('node/sf-1');
  expect(names.node(TWIN)).toBe('20000002');
});

test.each([
  ['networknode-clusteroperation-user_facing', 'network node · user_facing'],
  ['any-clusteroperation-background', 'any node · background'],
  [`${NODE}-clusteroperation-background`, 'sf-1 · background'],
  [`${NODE}-network-background`, 'sf-1 net · background'],
  [`${TWIN}-network-background`, '20000002 net · background'],
  ['a queue of tomorrow', 'a queue of tomorrow'],
])('queue %s is %s', (queue, expected) => expect(names.queue(queue)).toBe(expected));

describe('the short form of a uuid', () => {
  const alike = fc
    .tuple(fc.uuid(), fc.uuid(), fc.nat(35))
    .map(([one, other, length]) => [one, one.slice(0, length) + other.slice(length)] as const);

  test('no other begins with it, and it is as short as that allows', () => {
    fc.assert(
      fc.property(alike, ([uuid, neighbour]) => {
        fc.pre(uuid !== neighbour);
        const short = uniquePrefix(uuid, [neighbour, uuid]);
        expect(uuid.startsWith(short)).toBe(true);
        expect(short.length).toBeGreaterThanOrEqual(8);
        expect(neighbour.startsWith(short)).toBe(false);
        if (short.length > 8) expect(neighbour.startsWith(short.slice(0, -1))).toBe(true);
      }),
    );
  });

  test('is read back as the beginning that it is', () => {
    fc.assert(
      fc.property(alike, ([uuid, neighbour]) => {
        fc.pre(uuid !== neighbour);
        const short = uniquePrefix(uuid, [neighbour]);
        const wish = readObjectWish(short);
        const read = 'uuid' in wish ? wish.uuid : wish.prefix;
        expect(read).toBe(short);
      }),
    );
  });

  test('without neighbours it has eight characters', () => expect(uniquePrefix(WEB, [])).toBe('20000001'));
});

describe('a text that names things in full', () => {
  test.each([
    [`no row for network/${WEB}, blob/${TWIN}`, 'no row for network/web, blob/20000002'],
    [`in ${NODE}-clusteroperation-background`, 'in sf-1 · background'],
    [`sf-ops explain network ${WEB}`, 'sf-ops explain network web'],
    [`sf-ops explain network ${ODD}`, 'sf-ops explain network 20000003'],
    [`network/${ODD} is deleted`, 'network/two words is deleted'],
    ['nothing', 'nothing'],
  ])('%s', (text, short) => {
    expect(namedText(text, names)).toBe(short);
  });

  test('says what is to be looked up', () => {
    expect(namedIn(`network/${WEB} and ${TWIN}, in ${NODE}-clusteroperation-background`)).toEqual({
      objects: [{ objectType: 'network', uuid: WEB }],
      uuids: [TWIN],
    });
  });
});
