import { expect, test } from '@jest/globals';
import { formatVerdicts, type TableFormat } from '../../../src/migrations/preflight/verdicts/table-format.js';

const GOOD: TableFormat = { engine: 'InnoDB', row_format: 'Dynamic', options: '' };
const COMPRESSED = 't is ROW_FORMAT=COMPRESSED: the server will refuse ALGORITHM=INSTANT and rebuild it.';
const PARTITIONED = 't is partitioned, which Shaken Fist never makes: it has been changed by somebody else.';

test.each<[string, TableFormat | undefined, string[]]>([
  ['a table of InnoDB', GOOD, []],
  ['in whatever case', { engine: 'INNODB', row_format: null, options: null }, []],
  ['no table', undefined, ['error: There is no table t.']],
  ['of another engine', { ...GOOD, engine: 'Aria' }, ['error: t is stored by Aria, not by InnoDB.']],
  ['a view', { ...GOOD, engine: null }, ['error: t is stored by null, not by InnoDB.']],
  ['compressed', { ...GOOD, row_format: 'Compressed' }, [`warning: ${COMPRESSED}`]],
  ['partitioned', { ...GOOD, options: 'row_format=x Partitioned' }, [`error: ${PARTITIONED}`]],
  [
    'both',
    { ...GOOD, row_format: 'COMPRESSED', options: 'partitioned' },
    [`warning: ${COMPRESSED}`, `error: ${PARTITIONED}`],
  ],
])('%s', (_, format, said) => {
  const findings = formatVerdicts('t', format);
  expect(findings.map(({ severity, title }) => `${severity ?? 'error'}: ${title}`)).toEqual(said);
  for (const { result } of findings) expect(result).toBe('fail');
});
