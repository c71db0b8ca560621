import { describe, expect, test } from '@jest/globals';
import {
  isAllowed,
  isAllowedGlobally,
  isAllowedOnDatabase,
  isCertain,
  type AccountPrivileges,
} from '../../src/core/account-privileges.js';
import { isGrantedGlobally } from '../../src/core/grants.js';
import type { Observed } from '../../src/core/observed.js';

const TO = 'TO `sf`@`%`';
const ON = 'ON `shakenfist`.*';

/** Columns of work_queue, with what the account may do with each. */
function account(
  columns: string[][],
  grants: string[] = [],
  more: Partial<AccountPrivileges> = {},
): AccountPrivileges {
  const byColumn = new Map(columns.map((privileges, index) => [`c${index}`, new Set(privileges)]));
  return {
    ...{ database: 'shakenfist', columns: new Map([['work_queue', byColumn]]), mayDelete: new Map(), grants },
    ...more,
  };
}

describe('on a table', () => {
  test('reading and writing is what every column shows', () => {
    const some = account([['select', 'insert'], ['select']]);
    expect(isAllowed(some, 'SELECT', 'work_queue')).toEqual({ value: true });
    expect(isAllowed(some, 'INSERT', 'work_queue')).toEqual({ value: false });
    expect(isAllowed(some, 'UPDATE', 'work_queue')).toEqual({ value: false });
    expect(isAllowed(account([['update']]), 'UPDATE', 'work_queue')).toEqual({ value: true });
    expect(isAllowed(some, 'SELECT', 'unseen')).toEqual({ value: false });
    expect(isAllowed(account([]), 'SELECT', 'work_queue')).toEqual({ value: false });
  });

  test('deleting is what the server said when it was asked', () => {
    const unknown = { unknown: 'it is locked' };
    const asked = account([], [], {
      mayDelete: new Map<string, Observed<boolean>>([
        ['work_queue', { value: true }],
        ['object_states', unknown],
      ]),
    });
    expect(isAllowed(asked, 'DELETE', 'work_queue')).toEqual({ value: true });
    expect(isAllowed(asked, 'DELETE', 'object_states')).toEqual(unknown);
    expect(isAllowed(asked, 'DELETE', 'events')).toEqual({ value: false });
  });

  test.each(['ALTER', 'TRIGGER'] as const)('%s is what SHOW GRANTS shows', (privilege) => {
    const all = ['select', 'insert', 'update'];
    const shown = [`GRANT SELECT, INSERT, UPDATE ${ON} ${TO}`];
    expect(isAllowed(account([all], [`GRANT ${privilege} ${ON} ${TO}`]), privilege, 'work_queue')).toEqual({
      value: true,
    });
    expect(isAllowed(account([all], shown), privilege, 'work_queue')).toEqual({ value: false });
    expect(isAllowed(account([[]], []), privilege, 'work_queue')).toEqual({ value: false });
  });

  test('what SHOW GRANTS does not explain shows that it does not show all', () => {
    const silent = { unknown: 'SHOW GRANTS does not show all grants of this account' };
    for (const evident of ['select', 'insert', 'update'])
      expect(isAllowed(account([[evident]], []), 'ALTER', 'work_queue')).toEqual(silent);
    const doubtful = [`GRANT ALTER ON \`shaken%\`.* ${TO}`, `GRANT SELECT ON \`%fist\`.* ${TO}`];
    expect(isAllowed(account([[]], doubtful), 'ALTER', 'work_queue')).toHaveProperty('unknown');
    // Whether SELECT is granted cannot be told either, and so proves nothing.
    const other = [`GRANT INSERT ON \`shaken%\`.* ${TO}`, `GRANT SELECT ON \`%fist\`.* ${TO}`];
    expect(isAllowed(account([['select']], other), 'ALTER', 'work_queue')).toEqual({ value: false });
  });
});

describe('on a database, and everywhere', () => {
  test('only what is certain counts', () => {
    expect(isAllowedOnDatabase(account([], [`GRANT EVENT ${ON} ${TO}`]), 'EVENT')).toBe(true);
    expect(isAllowedOnDatabase(account([], [`GRANT EVENT ON \`other\`.* ${TO}`]), 'EVENT')).toBe(false);
    const doubtful = [`GRANT EVENT ON \`shaken%\`.* ${TO}`, `GRANT SELECT ON \`%fist\`.* ${TO}`];
    expect(isAllowedOnDatabase(account([], doubtful), 'EVENT')).toBe(false);
    expect(isCertain({ unknown: 'x' })).toBe(false);
  });

  test('a privilege that no database has must be given everywhere', () => {
    expect(isAllowedGlobally(account([], [`GRANT SELECT, PROCESS ON *.* ${TO}`]), 'PROCESS')).toBe(true);
    expect(isAllowedGlobally(account([], [`GRANT ALL PRIVILEGES ON *.* ${TO}`]), 'PROCESS')).toBe(true);
    expect(isAllowedGlobally(account([], [`GRANT ALL PRIVILEGES ${ON} ${TO}`]), 'PROCESS')).toBe(false);
    expect(isGrantedGlobally([`GRANT USAGE ON *.* ${TO}`, 'GRANT `admin` TO `sf`@`%`'], 'PROCESS')).toBe(
      false,
    );
    expect(isGrantedGlobally([], 'PROCESS')).toBe(false);
  });
});
