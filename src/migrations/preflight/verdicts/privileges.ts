import { isAllowed, type AccountPrivileges, type Privilege } from '../../../core/account-privileges.js';
import { failure, unknown, type Verdict } from '../rule.js';

/** table → what has to be allowed on it. */
export type Needs = Readonly<Record<string, readonly Privilege[]>>;

/** What the account needs and lacks, or may lack. */
export function privilegeVerdicts(account: AccountPrivileges, needs: Needs): Verdict[] {
  return Object.entries(needs).flatMap(([table, privileges]) =>
    privileges.flatMap((privilege): Verdict[] => {
      const answer = isAllowed(account, privilege, table);
      if ('unknown' in answer) return [unknown(`${privilege} on ${table}: ${answer.unknown}.`)];
      return answer.value ? [] : [failure(`${privilege} on ${table} is missing.`)];
    }),
  );
}
