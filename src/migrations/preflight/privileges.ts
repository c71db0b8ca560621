import type { AccountPrivileges } from '../../core/account-privileges.js';
import type { Session } from '../../database/session.js';
import { readAccountPrivileges } from '../../database/queries/account-privileges.js';
import type { ApplyRequest, Migration } from '../migration.js';
import { preflightRule } from './rule.js';
import { privilegeVerdicts, type Needs } from './verdicts/privileges.js';

/** What the lease takes, and the ledger. */
const LEASE: Needs = { cluster_locks: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] };
const LEDGER: Needs = { schema_versions: ['SELECT', 'INSERT', 'UPDATE'] };

/** What the account may do with the tables that `migration` is about. */
export async function readPrivileges(
  session: Session,
  { table }: Pick<Migration, 'table'>,
): Promise<AccountPrivileges> {
  const tables = [table, ...Object.keys(LEASE), ...Object.keys(LEDGER)];
  return readAccountPrivileges(session, tables, Object.keys(LEASE));
}

export const privilegesRule = preflightRule({
  id: 'privileges',
  title: 'privileges of this account',
  holds: 'This account may do what is needed.',
  why: 'Better to know now than between two statements.',
  remedy: 'Use the account of Shaken Fist itself, which owns its database, or grant what is missing.',
  beforeHide: true,
  look: async ({ privileges: account, migration, request }) =>
    privilegeVerdicts(account, needsOf(migration, request)),
});

function needsOf(
  { table, privileges }: Pick<Migration, 'table' | 'privileges'>,
  { phase }: ApplyRequest,
): Needs {
  const always: Needs = { [table]: ['SELECT', 'ALTER'], ...LEASE };
  if (phase === 'hide') return always;
  return { ...always, [table]: ['SELECT', 'ALTER', ...privileges], ...LEDGER };
}
