import { expect, test } from '@jest/globals';
import type { AccountPrivileges } from '../../../src/core/account-privileges.js';
import { privilegeVerdicts, type Needs } from '../../../src/migrations/preflight/verdicts/privileges.js';

const ACCOUNT: AccountPrivileges = {
  database: 'shakenfist',
  columns: new Map([['t', new Map([['c', new Set(['select'])]])]]),
  mayDelete: new Map([
    ['t', { value: true }],
    ['locked', { unknown: 'it is locked' }],
  ]),
  grants: [],
};

test.each<[string, Needs, string[]]>([
  ['nothing needed', {}, []],
  ['what it may', { t: ['SELECT', 'DELETE'] }, []],
  ['what it may not', { t: ['SELECT', 'INSERT'] }, ['fail: INSERT on t is missing.']],
  ['what cannot be told', { locked: ['DELETE'] }, ['unknown: Cannot tell: DELETE on locked: it is locked.']],
  [
    'several tables',
    { t: ['UPDATE'], locked: ['SELECT', 'DELETE'] },
    [
      'fail: UPDATE on t is missing.',
      'fail: SELECT on locked is missing.',
      'unknown: Cannot tell: DELETE on locked: it is locked.',
    ],
  ],
])('%s', (_, needs, said) => {
  const findings = privilegeVerdicts(ACCOUNT, needs);
  expect(findings.map(({ result, title }) => `${result}: ${title}`)).toEqual(said);
  for (const { severity } of findings) expect(severity ?? 'error').toBe('error');
});
