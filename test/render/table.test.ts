import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerOf, type AnyAnswer, type Column } from '../../src/render/answer.js';
import { displayWidth } from '../../src/render/width.js';
import { aboutThings, linesOf, THINGS, type Thing } from './answers.js';

describe('the table', () => {
  test('has its sentences around the rows, and the next command last', async () => {
    const answer = aboutThings(THINGS, {
      before: () => ['2 things'],
      after: () => ['Nothing else was looked at.'],
      next: () => ({ label: 'Why', command: 'sf-ops explain a' }),
    });
    expect(await linesOf(answer, 'table')).toEqual([
      '2 things',
      'NAME      SIZE  ODD',
      'a         1 B   true',
      'long one  -     false',
      'Nothing else was looked at.',
      'Why: sf-ops explain a',
    ]);
  });

  test('says that there is nothing', async () => {
    expect(await linesOf(aboutThings([], { empty: 'There is nothing.' }), 'table')).toEqual([
      'There is nothing.',
    ]);
  });

  test('counts the rows of which nobody need hear, and shows them when asked', async () => {
    const answer = (): ReturnType<typeof aboutThings> =>
      aboutThings(THINGS, { isQuiet: ({ odd }) => !odd, rest: (count) => `${count} more are even.` });
    expect(await linesOf(answer(), 'table')).toEqual([
      'NAME  SIZE  ODD',
      'a     1 B   true',
      '1 more are even.',
    ]);
    for (const lines of [
      await linesOf(answer(), 'table', { verbose: true }),
      await linesOf(answer(), 'wide'),
    ]) {
      expect(lines).toHaveLength(3);
      expect(lines[2]).toContain('long one');
    }
    expect(await linesOf(answer(), 'plain')).toHaveLength(2);
  });

  test('has a line of headings where there are some, and where they are wanted', async () => {
    expect(await linesOf(aboutThings(THINGS), 'table', { headings: false })).toHaveLength(2);
    const bare = aboutThings(THINGS, { columns: [{ name: 'name', heading: '', value: ({ name }) => name }] });
    expect(await linesOf(bare, 'table')).toEqual(['a', 'long one']);
  });

  test('shows the columns that were asked for, in their order', async () => {
    expect(await linesOf(aboutThings(THINGS), 'table', { columns: ['odd', 'name'] })).toEqual([
      'ODD    NAME',
      'true   a',
      'false  long one',
    ]);
    await expect(linesOf(aboutThings(THINGS), 'csv', { columns: ['nope'] })).rejects.toThrow(
      '--columns nope is not one of: name, size, odd.',
    );
  });

  test('a column may be for the wide table only', async () => {
    const answer = (): ReturnType<typeof aboutThings> =>
      aboutThings(THINGS, {
        columns: [
          { name: 'name', heading: 'NAME', value: ({ name }) => name },
          { name: 'uuid', heading: 'UUID', value: () => 'u', wideOnly: true },
        ],
      });
    expect((await linesOf(answer(), 'table'))[0]).toBe('NAME');
    expect((await linesOf(answer(), 'table', { columns: ['uuid'] }))[0]).toBe('UUID');
    expect((await linesOf(answer(), 'wide'))[0]).toBe('NAME      UUID');
    expect((await linesOf(answer(), 'plain'))[0]).toBe('a\tu');
  });

  test('a column may be left out where no row has anything to say there', async () => {
    const answer = (rows: readonly Thing[]): AnyAnswer =>
      aboutThings(rows, {
        columns: [
          { name: 'name', heading: 'NAME', value: ({ name }) => name },
          { name: 'size', heading: 'SIZE', value: ({ size }) => size, omitEmpty: true },
        ],
      });
    const empty = answer([THINGS[1]!]);
    expect(await linesOf(empty, 'table')).toEqual(['NAME', 'long one']);
    expect(await linesOf(empty, 'table', { columns: ['name', 'size'] })).toEqual([
      'NAME      SIZE',
      'long one  -',
    ]);
    expect(await linesOf(empty, 'plain')).toEqual(['long one\t-']);
    expect(await linesOf(answer(THINGS), 'table')).toEqual(['NAME      SIZE', 'a         1', 'long one  -']);
  });

  test('columns that were asked for are shown in place of blocks', async () => {
    const answer = aboutThings(THINGS, { block: ({ name }) => [`${name} is a thing`] });
    expect(await linesOf(answer, 'table', { columns: ['name'] })).toEqual(['NAME', 'a', 'long one']);
  });

  test('free text goes on below itself', async () => {
    const answer = aboutThings(THINGS, {
      indent: 2,
      columns: [
        { name: 'name', heading: '', value: ({ name }) => name },
        {
          name: 'why',
          heading: '',
          shrink: 'wrap',
          least: 20,
          value: () => 'because of this, and also of that: nothing',
        },
      ],
    });
    expect(await linesOf(answer, 'table', { width: 40 })).toEqual([
      '  a         because of this, and also of',
      '            that: nothing',
      '  long one  because of this, and also of',
      '            that: nothing',
    ]);
  });

  test('a long command can still be pasted', async () => {
    const command = 'sf-ops requeue --pending-on network:0d9d3e1c --reason because';
    const lines = await linesOf(aboutThings([], { next: () => ({ label: 'Mend', command }) }), 'table', {
      width: 40,
    });
    expect(lines).toEqual(['Mend: sf-ops requeue --pending-on \\', '    network:0d9d3e1c --reason because']);
  });

  test('a block in place of a row', async () => {
    const answer = aboutThings(THINGS, {
      block: ({ name }) => [
        `${name} is a thing`,
        { text: '  └─ a drawing that is not wrapped but cut', keep: true },
      ],
    });
    expect(await linesOf(answer, 'table', { width: 20 })).toEqual([
      'a is a thing',
      '  └─ a drawing that…',
      'long one is a thing',
      '  └─ a drawing that…',
    ]);
  });

  test('shows ASCII only where the terminal can do no more', async () => {
    const answer = aboutThings([{ name: '日本語 · é', size: 1, odd: true }], { after: () => ['└─ more…'] });
    const lines = await linesOf(answer, 'table', { unicode: false });
    expect(lines).toEqual(['NAME     SIZE  ODD', '??? - ?  1 B   true', '`- more~']);
  });

  test('colour says nothing that the words do not say', async () => {
    const answer = (): ReturnType<typeof aboutThings> =>
      aboutThings(THINGS, {
        rowStyle: ({ odd }) => (odd ? 'warning' : undefined),
        before: () => [{ text: 'bad', style: 'bad' }],
      });
    const colored = await linesOf(answer(), 'table', { colorLevel: 1 });
    expect(colored[0]).toBe('\u001b[31mbad\u001b[39m');
    expect(colored[2]).toContain('\u001b[31ma\u001b[39m');
    expect(colored[2]).toContain('\u001b[33m1 B\u001b[39m');
    expect(colored.map(stripVTControlCharacters)).toEqual(await linesOf(answer(), 'table'));
  });

  describe('whatever is in it', () => {
    interface Row {
      id: string;
      text: string;
      why: string;
    }
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.string({
        unit: fc.constantFrom('日本', 'עברית', '👩‍👩‍👧‍👦', 'a', ' ', '\n', '\u001b[31m'),
        maxLength: 60,
      }),
    );
    const row = fc.record<Row>({
      id: fc.string({ unit: 'grapheme-ascii', maxLength: 50 }),
      text: anyText,
      why: anyText,
    });
    const COLUMNS: readonly Column<Row>[] = [
      { name: 'id', heading: 'ID', value: ({ id }) => id },
      { name: 'text', heading: 'TEXT', value: ({ text }) => text, shrink: 'middle', least: 12, priority: 1 },
      { name: 'why', heading: 'WHY', value: ({ why }) => why, shrink: 'wrap', least: 16 },
    ];
    const answer = (rows: readonly Row[]): ReturnType<typeof answerOf> =>
      answerOf<Row>({
        columns: COLUMNS,
        rows,
        json: { rows: 'rows' },
        exitCode: 0,
        before: () => rows.map(({ why }) => `${why} is so`),
      });

    test('no line is wider than the terminal', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { maxLength: 5 }),
          fc.integer({ min: 40, max: 220 }),
          fc.boolean(),
          async (rows, width, unicode) => {
            for (const line of await linesOf(answer(rows), 'table', { width, unicode })) {
              expect(displayWidth(line)).toBeLessThanOrEqual(width);
            }
          },
        ),
        { numRuns: 200 },
      );
    });

    test('the order of the rows changes nothing but the order of the rows', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(row, { minLength: 2, maxLength: 6 }), async (rows) => {
          const body = async (list: readonly Row[]): Promise<string[]> =>
            (await linesOf({ ...answer(list), before: () => [] }, 'table', { width: 60 })).sort();
          expect(await body([...rows].reverse())).toEqual(await body(rows));
        }),
        { numRuns: 100 },
      );
    });
  });

  test('each cell is worked out a fixed number of times', async () => {
    let calls = 0;
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      name: `n${index}`,
      size: index,
      odd: false,
    }));
    const answer = aboutThings(many, {
      columns: [{ name: 'name', heading: 'NAME', value: ({ name }) => (calls++, name) }],
    });
    expect(await linesOf(answer, 'table', { width: 80 })).toHaveLength(5_001);
    expect(calls).toBeLessThanOrEqual(2 * many.length);
  });
});
