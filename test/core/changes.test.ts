import { expect, test } from '@jest/globals';
import { changesBetween } from '../../src/core/changes.js';

interface Row {
  id: string;
  state: string;
  age: number;
}

const at = (...rows: Row[]): Map<string, Row> => new Map(rows.map((row) => [row.id, row]));

test('what ended first, then what is new or different in the order of the new look; ages do not count', () => {
  const before = at(
    { id: 'a', state: 'queued', age: 1 },
    { id: 'b', state: 'queued', age: 1 },
    { id: 'c', state: 'queued', age: 1 },
  );
  const after = at(
    { id: 'd', state: 'queued', age: 0 },
    { id: 'b', state: 'executing', age: 2 },
    { id: 'a', state: 'queued', age: 2 },
  );
  const ended = [{ id: 'c', state: 'complete', age: 2 }];
  expect(changesBetween(before, after, ended, ({ state }) => state)).toEqual([
    { change: 'ended', row: ended[0] },
    { change: 'appeared', row: after.get('d') },
    { change: 'changed', row: after.get('b') },
  ]);
});
