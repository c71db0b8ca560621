import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ambiguous,
  readObjectWish,
  readObjectWishes,
  readTypedObject,
  typeAndObjects,
} from '../../src/core/object-reference.js';
import { isVersion4, parseUuid, undashed } from '../../src/core/uuid.js';

const UUID = '70000001-abcd-4000-8000-00000000000f';

describe('what an operator writes', () => {
  test('may be a whole uuid, with dashes or without', () => {
    expect(readObjectWish(UUID)).toEqual({ uuid: UUID });
    expect(readObjectWish(undashed(UUID).toUpperCase())).toEqual({ uuid: UUID });
  });

  test.each<[string, string | null]>([
    ['web', null],
    ['7000000', null],
    ['70000001', '70000001'],
    ['70000001a', '70000001-a'],
    ['70000001-ABCD', '70000001-abcd'],
    ['70000001-abcd-', '70000001-abcd'],
    ['70000001abcd40008000000', '70000001-abcd-4000-8000-000'],
    ['70000001abcd4000800000000000000', '70000001-abcd-4000-8000-00000000000'],
    [`${undashed(UUID)}0`, null],
    ['70000001x', null],
    ['x70000001', null],
    ['a', null],
    ['', null],
  ])('%j is a name, and begins a uuid as %j', (name, prefix) => {
    expect(readObjectWish(name)).toEqual({ name, prefix });
  });

  test('every beginning of a uuid that is long enough is one of it', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 8, max: 35 }), fc.boolean(), (uuid, length, dashes) => {
        const begun = uuid.slice(0, length);
        const wish = readObjectWish(dashes ? begun : undashed(begun));
        expect('prefix' in wish && wish.prefix).toBe(begun.replace(/-$/, ''));
      }),
    );
  });
});

describe('what is written as the screens write an object', () => {
  test.each<[string[], string[]]>([
    [[], []],
    [['network'], ['network']],
    [['network/web'], ['network', 'web']],
    [
      ['network/web', 'edge'],
      ['network', 'web', 'edge'],
    ],
    [
      ['network', 'shop/web'],
      ['network', 'shop/web'],
    ],
  ])('%j is a type and its objects: %j', (words, parts) => {
    expect(typeAndObjects(words)).toEqual(parts);
  });

  test.each([
    ['network:web', { objectType: 'network', object: 'web' }],
    ['network/web', { objectType: 'network', object: 'web' }],
    ['network:shop/web', { objectType: 'network', object: 'shop/web' }],
    ['network/a:b', { objectType: 'network', object: 'a:b' }],
    ['network', null],
    [':web', null],
    ['network/', null],
  ])('%j as one word: %j', (text, read) => {
    expect(readTypedObject(text)).toEqual(read);
  });

  test.each([
    ['web', [{ name: 'web', prefix: null }]],
    [
      'network/web',
      [
        { name: 'network/web', prefix: null },
        { name: 'web', prefix: null },
        { name: 'web', namespace: 'network', prefix: null },
      ],
    ],
    ['NETWORK/' + UUID, [expect.anything(), { uuid: UUID }, expect.anything()]],
    [
      'shop/a/b',
      [
        { name: 'shop/a/b', prefix: null },
        { name: 'a/b', namespace: 'shop', prefix: null },
      ],
    ],
    ['/web', [{ name: '/web', prefix: null }]],
    ['shop/', [{ name: 'shop/', prefix: null }]],
  ])('%s', (text, wishes) => {
    expect(readObjectWishes('network', text)).toEqual(wishes);
  });
});

describe('a name of several', () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}`);

  test('lists them', () => {
    const error = ambiguous('network', 'web', names.slice(0, 2));
    expect(error).toMatchObject({ word: 'ambiguous', hint: 'Give the whole uuid.' });
    expect(error.message).toBe('"web" is 2 networks: n0, n1.');
  });

  test('lists ten, and counts the rest', () => {
    expect(ambiguous('node', 'x', names.slice(0, 10)).message).toMatch(/: n0, .*, n9\.$/);
    expect(ambiguous('node', 'x', names).message).toMatch(/ is 12 nodes: n0, .*, n9 and 2 more\.$/);
  });
});

describe('a uuid', () => {
  test('is read with dashes and without, in any case, and printed in one way', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        for (const text of [uuid, uuid.toUpperCase(), undashed(uuid), undashed(uuid).toUpperCase()])
          expect(parseUuid(text)).toBe(uuid);
      }),
    );
  });

  test.each([
    ` ${UUID}`,
    `${UUID} `,
    `x${undashed(UUID)}`,
    `${undashed(UUID)}0`,
    undashed(UUID).slice(1),
    'web',
    '',
  ])('is not %j', (text) => {
    expect(parseUuid(text)).toBeNull();
  });

  test('and the beginning of one lose their dashes, and nothing else', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(36), (uuid, length) => {
        expect(undashed(uuid.slice(0, length))).toBe(uuid.slice(0, length).split('-').join(''));
      }),
    );
    expect(undashed(UUID)).toBe('70000001abcd4000800000000000000f');
  });

  test.each([
    ['70000001-abcd-4000-8000-00000000000f', true],
    ['70000001-abcd-4000-b000-00000000000f', true],
    ['70000001-abcd-4000-c000-00000000000f', false],
    ['70000001-abcd-1000-8000-00000000000f', false],
    ['70000001', false],
  ])('%s of version 4: %p', (uuid, is) => {
    expect(isVersion4(uuid)).toBe(is);
  });
});
