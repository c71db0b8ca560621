import { expect, test } from '@jest/globals';
import { WatchedRows } from '../../src/commands/watch/rows.js';
import type { View } from '../../src/commands/watch/view.js';

interface Row {
  id: string;
  state: string;
}

const view = {
  keyOf: ({ id }: Row) => id,
  signatureOf: ({ state }: Row) => state,
} as View<Row>;

const row = (id: string, state = 'queued'): Row => ({ id, state });

function look(
  rows: readonly Row[],
  ended: readonly Row[] = [],
): { rows: readonly Row[]; ended: readonly Row[]; summary: string } {
  return { rows, ended, summary: '' };
}

function marks(rows: WatchedRows<Row>): string {
  return rows.shown.map(({ key, change }) => `${key}:${change ?? ''}`).join(' ');
}

test('the first look is not new; then what is new and changed is marked, and what ended stays where it was', () => {
  const rows = new WatchedRows(view, 2);
  rows.observe(look([row('a'), row('b'), row('c')]), 100);
  expect(marks(rows)).toBe('a: b: c:');
  rows.observe(look([row('a', 'executing'), row('c'), row('d')], [row('b', 'complete')]), 102);
  expect(marks(rows)).toBe('a:changed b:ended c: d:appeared');
  expect([...rows.known.keys()]).toEqual(['a', 'c', 'd']);
  expect(['appeared', 'changed', 'ended'].map((change) => rows.count(change as 'ended', 102))).toEqual([
    1, 1, 1,
  ]);
});

test('a mark lasts eight seconds, and at least two looks', () => {
  const rows = new WatchedRows(view, 2);
  rows.observe(look([row('a'), row('b')]), 100);
  rows.observe(look([row('b')], [row('a', 'complete')]), 102);
  rows.observe(look([row('b')]), 108);
  expect(marks(rows)).toBe('a:ended b:');
  rows.observe(look([row('b')]), 110);
  expect(marks(rows)).toBe('b:');

  const slow = new WatchedRows(view, 60);
  slow.observe(look([]), 100);
  slow.observe(look([row('a')]), 160);
  slow.observe(look([row('a')]), 220);
  expect(marks(slow)).toBe('a:appeared');
});

test('what comes back is new, and there once', () => {
  const rows = new WatchedRows(view, 2);
  rows.observe(look([row('a'), row('b')]), 100);
  rows.observe(look([row('b')], [row('a', 'error')]), 102);
  rows.observe(look([row('a'), row('b')]), 104);
  expect(marks(rows)).toBe('a:appeared b:');
});
