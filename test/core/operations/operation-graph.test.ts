import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  findCycles,
  treeLines,
  type GraphEdge,
  type GraphNode,
} from '../../../src/core/operations/operation-graph.js';

const node = (uuid: string, some: Partial<GraphNode> = {}): GraphNode => ({
  ...{ uuid, operationType: 'net_op', state: 'queued', since: 0, tasks: [], missing: false, asked: false },
  ...some,
});
const edge = (text: string): GraphEdge => ({ from: text[0]!, to: text[1]!, kind: 'depends_on' });

function tree(letters: string, edges: readonly string[], asked = ''): string[] {
  const nodes = [...letters].map((letter) => node(letter, { asked: letter === asked }));
  const all = edges.map(edge);
  const cycles = findCycles([...letters], all);
  return treeLines({ nodes, edges: all, cycles }).map(
    ({ stem, node: { uuid }, note }) => stem + uuid + (note === null ? '' : ` ${note}`),
  );
}

describe('cycles', () => {
  test.each([
    [['ab', 'bc'], []],
    [['ab', 'bc', 'ca'], ['abc']],
    [['aa'], ['a']],
    [
      ['ab', 'ba', 'bc', 'cd', 'dc'],
      ['ab', 'cd'],
    ],
    [['ab', 'bc', 'cb'], ['bc']],
  ])('%j', (edges, cycles) => {
    const found = findCycles(['a', 'b', 'c', 'd'], edges.map(edge));
    expect(found.map((cycle) => [...cycle].sort().join('')).sort()).toEqual(cycles);
  });

  test('two are in one exactly where each is reached from the other', () => {
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    const pair = fc
      .tuple(fc.constantFrom(...letters), fc.constantFrom(...letters))
      .map(([a, b]) => edge(a + b));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 12 }), (edges) => {
        const cycles = findCycles(letters, edges);
        for (const one of letters) {
          for (const other of letters) {
            const together = cycles.some((cycle) => cycle.includes(one) && cycle.includes(other));
            expect(together).toBe(reaches(one, other, edges) && reaches(other, one, edges));
          }
        }
      }),
    );
  });

  test('a chain of ten thousand', () => {
    const uuids = Array.from({ length: 10_000 }, (_, index) => String(index));
    const edges = uuids
      .slice(1)
      .map((to, index): GraphEdge => ({ from: uuids[index]!, to, kind: 'runs_after' }));
    expect(findCycles(uuids, edges)).toEqual([]);
    expect(treeLines({ nodes: uuids.map((uuid) => node(uuid)), edges, cycles: [] })).toHaveLength(10_000);
  });
});

describe('as a tree', () => {
  test('each below what waits for it', () => {
    expect(tree('abcd', ['ab', 'ac', 'cd'])).toEqual(['a', '├─ b', '└─ c', '   └─ d']);
  });

  test('what several wait for is drawn whole once', () => {
    expect(tree('abcd', ['ac', 'bc', 'cd'])).toEqual(['a', '└─ c', '   └─ d', 'b', '└─ c above']);
  });

  test('a circle begins with what was asked for, and ends where it closes', () => {
    expect(tree('abc', ['ab', 'bc', 'ca'], 'b')).toEqual(['b', '└─ c', '   └─ a', '      └─ b cycle']);
  });

  test('what hangs on a circle is drawn', () => {
    expect(tree('abcd', ['ab', 'ba', 'bc', 'da'])).toEqual([
      'd',
      '└─ a',
      '   └─ b',
      '      ├─ a cycle',
      '      └─ c',
    ]);
  });
});

function reaches(from: string, to: string, edges: readonly GraphEdge[]): boolean {
  const met = new Set<string>();
  const step = (at: string): boolean =>
    edges.some((one) => {
      if (one.from !== at || met.has(one.to)) return false;
      met.add(one.to);
      return one.to === to || step(one.to);
    });
  return step(from);
}
