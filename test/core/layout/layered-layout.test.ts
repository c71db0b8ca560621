import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isotonic } from '../../../src/core/layout/isotonic.js';
import { layeredLayout, type Layout, type Point } from '../../../src/core/layout/layered-layout.js';

const SIZE = { width: 100, height: 30, columnGap: 40, rowGap: 10 };

const graphs = fc.integer({ min: 1, max: 25 }).chain((count) => {
  const nodes = Array.from({ length: count }, (_, index) => `n${index}`);
  const node = fc.constantFrom(...nodes);
  return fc.array(fc.record({ from: node, to: node }), { maxLength: 40 }).map((edges) => ({ nodes, edges }));
});

/** A layout in words: where each box begins, and through which points each edge runs. */
function drawn(nodes: string, edges: readonly string[]): [string, string[], string] {
  const pairs = edges.map(([from, to]) => ({ from: from!, to: to! }));
  const layout = layeredLayout([...nodes], pairs, SIZE);
  const at = ({ x, y }: Point): string => `${Math.round(x)},${Math.round(y)}`;
  return [
    [...nodes].map((node) => `${node} ${at(layout.nodes.get(node)!)}`).join('  '),
    layout.edges.map((points) => points.map(at).join(' → ')),
    `${Math.round(layout.width)} × ${Math.round(layout.height)}`,
  ];
}

test.each<[string, string, readonly string[], string, readonly string[], string]>([
  ['nothing', '', [], '', [], '0 × 0'],
  ['one after the other', 'ab', ['ab'], 'a 0,0  b 140,0', ['100,15 → 140,15'], '240 × 30'],
  [
    'one that two follow stands between them',
    ...(['abc', ['ab', 'ac'], 'a 0,20  b 140,0  c 140,40'] as const),
    ['100,35 → 140,15', '100,35 → 140,55'],
    '240 × 70',
  ],
  [
    'one that follows two stands between them',
    ...(['abc', ['ac', 'bc'], 'a 0,0  b 0,40  c 140,20'] as const),
    ['100,15 → 140,35', '100,55 → 140,35'],
    '240 × 70',
  ],
  [
    'a long edge passes the column between',
    ...(['abc', ['ab', 'bc', 'ac'], 'a 0,14  b 140,0  c 280,14'] as const),
    ['100,29 → 140,15', '240,15 → 280,29', '100,29 → 140,43 → 240,43 → 280,29'],
    '380 × 44',
  ],
  [
    'an edge that closes a circle runs to the left',
    ...(['abcd', ['ab', 'bc', 'cd', 'da'], 'a 0,14  b 140,0  c 280,0  d 420,14'] as const),
    [
      ...['100,29 → 140,15', '240,15 → 280,15', '380,15 → 420,29'],
      '420,29 → 380,43 → 280,43 → 240,43 → 140,43 → 100,29',
    ],
    '520 × 44',
  ],
  ['an edge to itself is a loop', 'a', ['aa'], 'a 0,0', ['100,9 → 118,5 → 118,25 → 100,21'], '100 × 30'],
  [
    'neighbours stand so that edges cross as little as can be',
    ...(['abcd', ['ad', 'bc', 'ac'], 'a 0,10  b 0,50  c 140,40  d 140,0'] as const),
    ['100,25 → 140,15', '100,65 → 140,55', '100,25 → 140,55'],
    '240 × 80',
  ],
  [
    'of three that share what follows, each is near to what it leads to',
    ...([
      'abcdef',
      ['ad', 'ae', 'be', 'cf', 'cd'],
      'a 0,40  b 0,0  c 0,80  d 140,53  e 140,13  f 140,93',
    ] as const),
    ['100,55 → 140,68', '100,55 → 140,28', '100,15 → 140,28', '100,95 → 140,108', '100,95 → 140,68'],
    '240 × 123',
  ],
  [
    'parts stand below each other, the largest first, and what has no edge last, in rows',
    ...([
      'abcdefgh',
      ['ab', 'cd', 'de'],
      'a 0,50  b 140,50  c 0,0  d 140,0  e 280,0  f 0,100  g 140,100  h 280,100',
    ] as const),
    ['100,65 → 140,65', '100,15 → 140,15', '240,15 → 280,15'],
    '380 × 130',
  ],
  ['without any edge, in a block', 'abcde', [], 'a 0,0  b 140,0  c 0,40  d 140,40  e 0,80', [], '240 × 110'],
])('%s', (_, nodes, edges, boxes, lines, size) => {
  expect(drawn(nodes, edges)).toEqual([boxes, lines, size]);
});

describe('a layered layout', () => {
  test('boxes do not overlap, and all that is drawn is inside', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const layout = layeredLayout(nodes, edges, SIZE);
        const places = nodes.map((node) => layout.nodes.get(node)!);
        const isInside = ({ x, y }: Point): boolean =>
          [x, y].every((at) => at >= -1e-6) &&
          x + SIZE.width <= layout.width + 1e-6 &&
          y + SIZE.height <= layout.height + 1e-6;
        expect(places.filter((place) => !isInside(place))).toEqual([]);
        const areApart = (one: Point, other: Point): boolean =>
          Math.abs(one.x - other.x) >= SIZE.width || Math.abs(one.y - other.y) >= SIZE.height - 1e-6;
        const overlapping = places.filter((one, index) =>
          places.slice(index + 1).some((other) => !areApart(one, other)),
        );
        expect(overlapping).toEqual([]);
      }),
    );
  });

  test('each edge runs from box to box', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const layout = layeredLayout(nodes, edges, SIZE);
        edges.forEach(({ from, to }, index) => {
          const points = layout.edges[index]!;
          expect(touches(layout, from, points[0]!)).toBe(true);
          expect(touches(layout, to, points.at(-1)!)).toBe(true);
        });
      }),
    );
  });

  test('without cycles every edge runs to the right', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const forward = edges.filter(({ from, to }) => nodes.indexOf(from) < nodes.indexOf(to));
        const { nodes: places } = layeredLayout(nodes, forward, SIZE);
        for (const { from, to } of forward) expect(places.get(from)!.x).toBeLessThan(places.get(to)!.x);
      }),
    );
  });

  test('a tree is drawn without a crossing', () => {
    const edges = Array.from({ length: 14 }, (_, index) => ({
      from: `n${(index + 1) >> 1}`,
      to: `n${index + 2}`,
    }));
    const nodes = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
    const { nodes: places } = layeredLayout(nodes, edges, SIZE);
    for (const one of edges) {
      for (const other of edges) {
        if (places.get(one.from)!.x !== places.get(other.from)!.x) continue;
        const above = places.get(one.from)!.y - places.get(other.from)!.y;
        const below = places.get(one.to)!.y - places.get(other.to)!.y;
        expect(above * below).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('two thousand in a chain, and two thousand around one', () => {
    const nodes = Array.from({ length: 2000 }, (_, index) => `n${index}`);
    const chain = nodes.slice(1).map((to, index) => ({ from: nodes[index]!, to }));
    expect(layeredLayout(nodes, chain, SIZE).height).toBe(SIZE.height);
    const star = nodes.slice(1).map((from) => ({ from, to: nodes[0]! }));
    expect(layeredLayout(nodes, star, SIZE).width).toBe(2 * SIZE.width + SIZE.columnGap);
  });
});

test('isotonic: never falls, and leaves alone what does not', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -100, max: 100 })), (values) => {
      const settled = isotonic(values);
      settled.slice(1).forEach((value, index) => expect(value).toBeGreaterThanOrEqual(settled[index]!));
      const sorted = [...values].sort((a, b) => a - b);
      expect(isotonic(sorted)).toEqual(sorted);
    }),
  );
});

function touches(layout: Layout, node: string, { x, y }: { x: number; y: number }): boolean {
  const box = layout.nodes.get(node)!;
  const onSide = Math.abs(x - box.x) < 1e-6 || Math.abs(x - box.x - SIZE.width) < 1e-6;
  return onSide && y >= box.y - 1e-6 && y <= box.y + SIZE.height + 1e-6;
}
