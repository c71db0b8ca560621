import { isGranted, isGrantedGlobally } from './grants.js';
import type { Observed } from './observed.js';

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'ALTER' | 'TRIGGER';

/** What the server says about what an account may do, each privilege by the best witness that there is. */
export interface AccountPrivileges {
  readonly database: string;
  /** table → column → what the account may do with it, roles and wildcards included: `select`, `insert`, `update`. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
  /** table → whether DELETE is allowed. */
  readonly mayDelete: ReadonlyMap<string, Observed<boolean>>;
  /** The lines of `SHOW GRANTS`. */
  readonly grants: readonly string[];
}

/** Whether the account has a privilege on a whole table. */
export function isAllowed(
  account: AccountPrivileges,
  privilege: Privilege,
  table: string,
): Observed<boolean> {
  switch (privilege) {
    case 'SELECT':
    case 'INSERT':
    case 'UPDATE':
      return { value: isEvident(account, privilege, table) };
    case 'DELETE':
      return account.mayDelete.get(table) ?? { value: false };
    case 'ALTER':
    case 'TRIGGER':
      return isShown(account, privilege, table);
  }
}

/** Whether the account certainly has a privilege that is given on a whole database. */
export function isAllowedOnDatabase(
  { grants, database }: AccountPrivileges,
  privilege: 'EVENT' | 'EXECUTE' | 'ALTER ROUTINE' | 'CREATE ROUTINE',
): boolean {
  return isCertain(isGranted(grants, database, null, privilege));
}

/** Whether the account certainly has a privilege that no single database has. */
export function isAllowedGlobally({ grants }: AccountPrivileges, privilege: 'PROCESS'): boolean {
  return isGrantedGlobally(grants, privilege);
}

/** For where seeing depends on a privilege: what cannot be told counts as not allowed. */
export function isCertain(answer: Observed<boolean>): boolean {
  return 'value' in answer && answer.value;
}

/**
 * No harmless statement shows such a privilege, and `SHOW GRANTS` may not show all: the account can have grants on the
 * database under another host pattern. Where it does not even explain what the account evidently may, its silence is no
 * proof.
 */
function isShown(account: AccountPrivileges, privilege: Privilege, table: string): Observed<boolean> {
  const answer = isGranted(account.grants, account.database, table, privilege);
  if ('unknown' in answer || answer.value) return answer;
  const unexplained = (['SELECT', 'INSERT', 'UPDATE'] as const).some((evident) => {
    const shown = isGranted(account.grants, account.database, table, evident);
    return isEvident(account, evident, table) && 'value' in shown && !shown.value;
  });
  return unexplained ? { unknown: 'SHOW GRANTS does not show all grants of this account' } : answer;
}

function isEvident(account: AccountPrivileges, privilege: Privilege, table: string): boolean {
  const columns = [...(account.columns.get(table)?.values() ?? [])];
  return columns.length > 0 && columns.every((column) => column.has(privilege.toLowerCase()));
}
