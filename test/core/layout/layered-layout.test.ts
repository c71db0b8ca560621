import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isotonic } from '../../../src/core/layout/isotonic.js';
import { layeredLayout, type Layout } from '../../../src/core/layout/layered-layout.js';

const SIZE = { width: 100, height: 30, columnGap: 40, rowGap: 10 };

const graphs = fc.integer({ min: 1, max: 25 }).chain((count) => {
  const nodes = Array.from({ length: count }, (_, index) => `n${index}`);
  const node = fc.constantFrom(...nodes);
  return fc.array(fc.record({ from: node, to: node }), { maxLength: 40 }).map((edges) => ({ nodes, edges }));
});

describe('a layered layout', () => {
  test('boxes do not overlap, and all that is drawn is inside', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const layout = layeredLayout(nodes, edges, SIZE);
        const places = nodes.map((node) => layout.nodes.get(node)!);
        places.forEach((one, index) => {
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.y).toBeGreaterThanOrEqual(-1e-6);
          expect(one.x + SIZE.width).toBeLessThanOrEqual(layout.width + 1e-6);
          expect(one.y + SIZE.height).toBeLessThanOrEqual(layout.height + 1e-6);
          for (const other of places.slice(index + 1)) {
            const apart =
              Math.abs(one.x - other.x) >= SIZE.width || Math.abs(one.y - other.y) >= SIZE.height - 1e-6;
            expect(apart).toBe(true);
          }
        });
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

  test('ten thousand in a chain, and ten thousand around one', () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) => `n${index}`);
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
