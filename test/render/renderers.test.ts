import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { COMMON_FORMATS, checkFormat, render } from '../../src/render/renderer.js';
import { tableOf, type Report } from '../../src/render/report.js';

interface Item {
  name: string;
  size: number | null;
  odd: boolean;
}

function report(items: readonly Item[], rest: Partial<Report> = {}): Report {
  return {
    document: { items },
    table: tableOf<Item>({
      columns: [
        {
          name: 'name',
          heading: 'NAME',
          value: ({ name }) => name,
          tone: ({ odd }) => (odd ? 'bad' : undefined),
        },
        {
          name: 'size',
          heading: 'SIZE',
          value: ({ size }) => size,
          display: ({ size }) => (size === null ? '-' : `${size} B`),
        },
        { name: 'odd', heading: 'ODD', value: ({ odd }) => odd },
      ],
      items,
      empty: 'There is nothing.',
    }),
    ...rest,
  };
}

const ITEMS: readonly Item[] = [
  { name: 'a', size: 1, odd: true },
  { name: 'long one', size: null, odd: false },
];
const plain = { colorLevel: 0 } as const;
const colored = { colorLevel: 1 } as const;

describe('each format shows the same answer', () => {
  test.each([
    ['table', 'NAME      SIZE  ODD\na         1 B   true\nlong one  -     false\n'],
    ['plain', 'a\t1 B\ttrue\nlong one\t-\tfalse\n'],
    ['csv', 'name,size,odd\r\na,1,true\r\nlong one,,false\r\n'],
    ['ndjson', '{"name":"a","size":1,"odd":true}\n{"name":"long one","size":null,"odd":false}\n'],
    ['json', `${JSON.stringify({ items: ITEMS }, null, 2)}\n`],
  ])('%s', async (format, text) => {
    expect(await render(report(ITEMS), format, plain)).toBe(text);
  });

  test.each([
    ['table', 'There is nothing.\n'],
    ['plain', ''],
    ['csv', 'name,size,odd\r\n'],
    ['ndjson', ''],
    ['json', '{\n  "items": []\n}\n'],
  ])('%s, without rows', async (format, text) => {
    expect(await render(report([]), format, plain)).toBe(text);
  });

  test.each(['plain', 'csv', 'ndjson', 'json'])(
    '%s is never coloured and has no sentences',
    async (format) => {
      const decorated = report(ITEMS, {
        headline: [{ text: 'Above', tone: 'good' }],
        footer: [{ text: 'Below' }],
      });
      expect(await render(decorated, format, colored)).toBe(await render(report(ITEMS), format, plain));
    },
  );

  test('ndjson shows the records where they are not the rows', async () => {
    expect(await render(report(ITEMS, { records: [{ whole: true }] }), 'ndjson', plain)).toBe(
      '{"whole":true}\n',
    );
  });

  test('a format of one command only', async () => {
    const special = report(ITEMS, { special: { nagios: () => 'OK\n' } });
    expect(await render(special, 'nagios', plain)).toBe('OK\n');
  });
});

describe('the table', () => {
  test('has its sentences around the rows', async () => {
    const text = await render(
      report(ITEMS, { headline: [{ text: 'Above' }], footer: [{ text: 'Below' }] }),
      'table',
      plain,
    );
    expect(text.split('\n')).toEqual([
      'Above',
      'NAME      SIZE  ODD',
      'a         1 B   true',
      'long one  -     false',
      'Below',
      '',
    ]);
  });

  test('colours what has a tone, without moving the columns', async () => {
    const text = await render(report(ITEMS), 'table', colored);
    expect(text).toContain('\u001b[31ma\u001b[39m         1 B');
    expect(stripVTControlCharacters(text)).toBe(await render(report(ITEMS), 'table', plain));
  });

  test('counts wide characters as wide', async () => {
    const text = await render(report([{ name: '日本😀', size: 1, odd: true }, ITEMS[1]!]), 'table', plain);
    expect(text.split('\n').slice(1, 3)).toEqual(['日本😀    1 B   true', 'long one  -     false']);
  });
});

test('only known formats pass', () => {
  for (const format of COMMON_FORMATS) expect(() => checkFormat(format, [])).not.toThrow();
  expect(() => checkFormat('nagios', ['nagios'])).not.toThrow();
  expect(() => checkFormat('nagios', [])).toThrow(
    '--format nagios is not one of: table, wide, plain, json, ndjson, csv.',
  );
  expect(() => checkFormat('', [])).toThrow('is not one of');
});
