import { sql } from 'drizzle-orm';
import { isAllowedOnDatabase } from '../../../core/account-privileges.js';
import { preflightRule } from '../../preflight/rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const routines = preflightRule({
  id: 'routines',
  title: 'routines that name the column',
  holds: 'No procedure or function names the column.',
  why: 'MariaDB drops the column without a word, and the routine fails when it is next called (1054).',
  remedy:
    'Drop the routine or define it anew without the column. A body that cannot be read needs its definer’s account, or SELECT on mysql.proc.',
  beforeHide: false,
  look: (context) => {
    const { privileges } = context;
    const sees = (['EXECUTE', 'ALTER ROUTINE', 'CREATE ROUTINE'] as const).some((privilege) =>
      isAllowedOnDatabase(privileges, privilege),
    );
    return codeThatNamesTheColumn(
      context,
      'routine',
      sql`SELECT routine_schema AS \`database\`, routine_name AS name, routine_definition AS definition FROM information_schema.routines`,
      sees ? null : 'privilege EXECUTE missing: routines are invisible to this account.',
    );
  },
});
