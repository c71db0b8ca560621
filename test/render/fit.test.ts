import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fit, type Fitted } from '../../src/render/fit.js';

const column = fc.record({
  natural: fc.nat(300),
  priority: fc.nat(4),
  shrink: fc.constantFrom('never', 'end', 'middle', 'wrap'),
  least: fc.integer({ min: 1, max: 40 }),
  comfort: fc.nat(60),
}) satisfies fc.Arbitrary<Fitted>;
const columns = fc.array(column, { minLength: 1, maxLength: 16 });
const width = fc.integer({ min: 40, max: 300 });

const lineWidth = ({ widths, gap }: ReturnType<typeof fit>): number => {
  const shown = widths.filter((one) => one !== null);
  return shown.reduce((sum, one) => sum + one, 0) + gap * Math.max(0, shown.length - 1);
};

const id: Fitted = { natural: 8, priority: 0, shrink: 'never', least: 8 };
const text: Fitted = { natural: 100, priority: 0, shrink: 'end', least: 10 };
const extra: Fitted = { natural: 20, priority: 2, shrink: 'end', least: 12 };

describe('fitting columns to a terminal', () => {
  test('is never wider than the terminal, and never leaves out a column of the highest priority', () => {
    fc.assert(
      fc.property(columns, width, (given, room) => {
        const found = fit(given, room);
        expect(lineWidth(found)).toBeLessThanOrEqual(room);
        given.forEach(({ priority }, index) => {
          if (priority === 0) expect(found.widths[index]).not.toBeNull();
        });
      }),
    );
  });

  test('leaves out by priority', () => {
    fc.assert(
      fc.property(columns, width, (given, room) => {
        const { widths } = fit(given, room);
        const priorities = (isShown: boolean): number[] =>
          given.flatMap(({ priority }, index) => ((widths[index] !== null) === isShown ? priority : []));
        expect(Math.max(0, ...priorities(true))).toBeLessThanOrEqual(Math.min(99, ...priorities(false)));
      }),
    );
  });

  test('never gives more than a column can use, or less than is of use where there is room', () => {
    fc.assert(
      fc.property(columns, width, (given, room) => {
        const { widths, gap } = fit(given, room);
        given.forEach(({ natural, shrink, least }, index) => {
          const found = widths[index];
          if (found === null || found === undefined) return;
          expect(found).toBeLessThanOrEqual(natural);
          if (gap === 2)
            expect(found).toBeGreaterThanOrEqual(shrink === 'never' ? natural : Math.min(natural, least));
        });
      }),
    );
  });

  test('leaves nothing out that would have stayed in a narrower terminal', () => {
    fc.assert(
      fc.property(columns, width, (given, room) => {
        const narrow = fit(given, room).widths;
        const wide = fit(given, room + 1).widths;
        narrow.forEach((found, index) => {
          if (found !== null) expect(wide[index]).not.toBeNull();
        });
      }),
    );
  });

  test('leaves a column out rather than the comfort of one that matters more', () => {
    const task: Fitted = { ...text, natural: 40, priority: 1, least: 12, comfort: 28 };
    expect(fit([id, task, extra], 60).widths).toEqual([8, 28, 20]);
    expect(fit([id, task, extra], 52).widths).toEqual([8, 28, 12]);
    expect(fit([id, task, extra], 51).widths).toEqual([8, 40, null]);
    expect(fit([id, task, extra], 24).widths).toEqual([8, 14, null]);
  });

  test('cuts nothing while there is room', () => {
    fc.assert(
      fc.property(columns, (given) => {
        const needed = given.reduce((sum, { natural }) => sum + natural + 2, 0);
        expect(fit(given, needed).widths).toEqual(given.map(({ natural }) => natural));
        expect(fit(given, null).widths).toEqual(given.map(({ natural }) => natural));
      }),
    );
  });

  test.each([
    ['the widest gives way first', [id, text, { ...text, natural: 30 }], 80, [8, 38, 30]],
    ['then both', [id, text, { ...text, natural: 60 }], 80, [8, 34, 34]],
    ['what is of no use is left out', [id, text, extra, { ...extra, priority: 1 }], 45, [8, 17, null, 16]],
    ['in the order of priorities', [id, extra, { ...extra, priority: 1 }], 30, [8, null, 20]],
    ['what must not shrink keeps its width', [{ ...id, natural: 36 }, text], 60, [36, 22]],
    [
      'where not even the least has room, all are narrowed',
      [
        { ...id, natural: 60 },
        { ...id, natural: 8 },
      ],
      40,
      [31, 8],
    ],
  ])('%s', (_, given, room, expected) => {
    expect(fit(given, room).widths).toEqual(expected);
  });
});
