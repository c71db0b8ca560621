import { expect, test } from '@jest/globals';
import { codeVerdicts, type StoredCode } from '../../../src/migrations/preflight/verdicts/stored-code.js';

const verdictsOn = (code: Partial<StoredCode>[], hidden: string | null = null): string[] =>
  codeVerdicts(
    'view',
    'last_op',
    'shakenfist',
    code.map((one) => ({ database: 'shakenfist', name: 'v', definition: 'SELECT last_op FROM t', ...one })),
    hidden,
  ).map(({ result, title }) => `${result}: ${title}`);

test('code of its own database that names the column, in whatever case', () => {
  expect(verdictsOn([{}, { name: 'w', definition: 'SELECT `LAST_OP` FROM t' }])).toEqual([
    'fail: The view shakenfist.v names it.',
    'fail: The view shakenfist.w names it.',
  ]);
  expect(verdictsOn([{ definition: 'SELECT last FROM t' }])).toEqual([]);
});

test('code of another database names it where it names the database too', () => {
  const database = 'reports';
  expect(verdictsOn([{ database, definition: 'SELECT last_op FROM shakenfist.t' }])).toEqual([
    'fail: The view reports.v names it.',
  ]);
  expect(verdictsOn([{ database }])).toEqual([]);
  expect(verdictsOn([{ database, definition: 'SELECT x FROM shakenfist.t' }])).toEqual([]);
});

test.each([null, ''])('code whose text is %j may name it, if it is its own', (definition) => {
  expect(verdictsOn([{ definition }])).toEqual([
    'unknown: Cannot tell: The view shakenfist.v exists, but this account may not read its definition.',
  ]);
  expect(verdictsOn([{ definition, database: 'reports' }])).toEqual([]);
});

test('what cannot be seen at all is said beside what was found', () => {
  expect(verdictsOn([], 'privilege EVENT missing.')).toEqual([
    'unknown: Cannot tell: privilege EVENT missing.',
  ]);
  expect(verdictsOn([{}], 'privilege EVENT missing.')).toHaveLength(2);
});
