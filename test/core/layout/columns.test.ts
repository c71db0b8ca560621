import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignColumns } from '../../../src/core/layout/columns.js';

/** In which column each stands, and which edges run to the left. */
function columns(nodes: string, edges: readonly string[]): [string, string[]] {
  const pairs = edges.map(([from, to]) => ({ from: from!, to: to! }));
  const { columnOf, backwards } = assignColumns([...nodes], pairs);
  return [
    [...nodes].map((node) => `${node}${columnOf.get(node)}`).join(' '),
    edges.filter((_, index) => backwards.has(index)),
  ];
}

test.each<[string, string, string[], string, string[]]>([
  ['each stands right of all that lead to it', 'abcd', ['ab', 'bc', 'ad', 'cd'], 'a0 b1 c2 d3', []],
  ['and next to the nearest that it leads to', 'abcd', ['ab', 'bc', 'dc'], 'a0 b1 c2 d1', []],
  [
    'of two that it leads to, to the left of both',
    'abcde',
    ['ab', 'bc', 'cd', 'ec', 'ed'],
    'a0 b1 c2 d3 e1',
    [],
  ],
  ['an edge to itself stands in no way', 'ab', ['aa', 'ab', 'bb'], 'a0 b1', []],
  ['an edge that closes a circle runs to the left', 'abc', ['ab', 'bc', 'ca'], 'a0 b1 c2', ['ca']],
  ['two circles through one have an edge each', 'abc', ['ab', 'ba', 'ac', 'ca'], 'a0 b1 c1', ['ba', 'ca']],
  ['two ways to one are no circle', 'abcd', ['ab', 'ac', 'bd', 'cd'], 'a0 b1 c1 d2', []],
  ['what is entered in the middle', 'bca', ['bc', 'ab', 'ca'], 'b0 c1 a2', ['ab']],
  ['without edges all stand at the left', 'ab', [], 'a0 b0', []],
])('%s', (_, nodes, edges, places, backwards) => {
  expect(columns(nodes, edges)).toEqual([places, backwards]);
});

test('whatever the graph, edges run to the right, and those to the left are as few as close circles', () => {
  const edge = fc.tuple(fc.nat(7), fc.nat(7)).map(([from, to]) => ({ from: `${from}`, to: `${to}` }));
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 20 }), (edges) => {
      const nodes = Array.from({ length: 8 }, (_, index) => `${index}`);
      const { columnOf, backwards } = assignColumns(nodes, edges);
      for (const [index, { from, to }] of edges.entries()) {
        const step = columnOf.get(to)! - columnOf.get(from)!;
        if (from === to) expect(backwards.has(index)).toBe(false);
        else expect(backwards.has(index) ? -step : step).toBeGreaterThan(0);
      }
      expect(Math.min(...columnOf.values())).toBe(0);
    }),
  );
});
