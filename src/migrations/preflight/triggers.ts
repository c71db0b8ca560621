import { sql } from 'drizzle-orm';
import type { PreflightRule } from './rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const triggers: PreflightRule = {
  id: 'triggers',
  title: 'No trigger names the column',
  why: 'MariaDB drops the column without a word, and from then on every statement that fires the trigger fails (1054).',
  whatToDo:
    'Drop the trigger or define it anew without the column. Seeing triggers needs the privilege TRIGGER.',
  beforeHide: false,
  check: (context) =>
    codeThatNamesTheColumn(
      context,
      'trigger',
      sql`SELECT trigger_schema AS \`database\`, trigger_name AS name, action_statement AS definition FROM information_schema.triggers`,
      context.privileges.has('TRIGGER', context.table)
        ? null
        : 'privilege TRIGGER missing: triggers are invisible to this account.',
    ),
};
