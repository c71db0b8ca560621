import { sql } from 'drizzle-orm';
import { isAllowed, isCertain } from '../../../core/account-privileges.js';
import { preflightRule } from '../../preflight/rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const triggers = preflightRule({
  id: 'triggers',
  title: 'triggers that name the column',
  holds: 'No trigger names the column.',
  why: 'MariaDB drops the column without a word, and from then on every statement that fires the trigger fails (1054).',
  remedy:
    'Drop the trigger or define it anew without the column. Seeing triggers needs the privilege TRIGGER.',
  beforeHide: false,
  look: (context) =>
    codeThatNamesTheColumn(
      context,
      'trigger',
      sql`SELECT trigger_schema AS \`database\`, trigger_name AS name, action_statement AS definition FROM information_schema.triggers`,
      isCertain(isAllowed(context.privileges, 'TRIGGER', context.migration.table))
        ? null
        : 'privilege TRIGGER missing: triggers are invisible to this account.',
    ),
});
