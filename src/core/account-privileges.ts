import { isGranted } from './grants.js';
import type { Observed } from './observed.js';

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'ALTER';

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
      return mayAlter(account, table);
  }
}

/**
 * No harmless statement shows this privilege, and `SHOW GRANTS` may not show all: the account can have grants on the
 * database under another host pattern. Where it does not even explain what the account evidently may, its silence is no
 * proof.
 */
function mayAlter(account: AccountPrivileges, table: string): Observed<boolean> {
  const answer = isGranted(account.grants, account.database, table, 'ALTER');
  if ('unknown' in answer || answer.value) return answer;
  const unexplained = (['SELECT', 'INSERT', 'UPDATE'] as const).some((privilege) => {
    const shown = isGranted(account.grants, account.database, table, privilege);
    return isEvident(account, privilege, table) && 'value' in shown && !shown.value;
  });
  return unexplained ? { unknown: 'SHOW GRANTS does not show all grants of this account' } : answer;
}

function isEvident(account: AccountPrivileges, privilege: Privilege, table: string): boolean {
  const columns = [...(account.columns.get(table)?.values() ?? [])];
  return columns.length > 0 && columns.every((column) => column.has(privilege.toLowerCase()));
}
