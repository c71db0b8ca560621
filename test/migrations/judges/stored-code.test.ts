import { expect, test } from '@jest/globals';
import { judgeStoredCode, type StoredCode } from '../../../src/migrations/preflight/judges/stored-code.js';

const judge = (code: Partial<StoredCode>[], hidden: string | null = null): string[] =>
  judgeStoredCode(
    'view',
    'last_op',
    'shakenfist',
    code.map((one) => ({ database: 'shakenfist', name: 'v', definition: 'SELECT last_op FROM t', ...one })),
    hidden,
  ).map(({ result, title }) => `${result}: ${title}`);

test('code of its own database that names the column, in whatever case', () => {
  expect(judge([{}, { name: 'w', definition: 'SELECT `LAST_OP` FROM t' }])).toEqual([
    'fail: The view shakenfist.v names it.',
    'fail: The view shakenfist.w names it.',
  ]);
  expect(judge([{ definition: 'SELECT last FROM t' }])).toEqual([]);
});

test('code of another database names it where it names the database too', () => {
  const database = 'reports';
  expect(judge([{ database, definition: 'SELECT last_op FROM shakenfist.t' }])).toEqual([
    'fail: The view reports.v names it.',
  ]);
  expect(judge([{ database }])).toEqual([]);
  expect(judge([{ database, definition: 'SELECT x FROM shakenfist.t' }])).toEqual([]);
});

test.each([null, ''])('code whose text is %j may name it, if it is its own', (definition) => {
  expect(judge([{ definition }])).toEqual([
    'unknown: Cannot tell: The view shakenfist.v exists, but this account may not read its definition.',
  ]);
  expect(judge([{ definition, database: 'reports' }])).toEqual([]);
});

test('what cannot be seen at all is said beside what was found', () => {
  expect(judge([], 'privilege EVENT missing.')).toEqual(['unknown: Cannot tell: privilege EVENT missing.']);
  expect(judge([{}], 'privilege EVENT missing.')).toHaveLength(2);
});
