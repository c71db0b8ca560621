import { sql } from 'drizzle-orm';
import type { PreflightRule } from './rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const views: PreflightRule = {
  id: 'views',
  title: 'No view names the column',
  why: 'MariaDB drops the column without a word, and the view fails for whoever reads it later (1356).',
  whatToDo:
    'Drop the view or define it anew without the column. A definition that cannot be read needs the privilege SHOW VIEW.',
  beforeHide: false,
  check: (context) =>
    codeThatNamesTheColumn(
      context,
      'view',
      sql`SELECT table_schema AS \`database\`, table_name AS name, view_definition AS definition FROM information_schema.views`,
      null,
    ),
};
