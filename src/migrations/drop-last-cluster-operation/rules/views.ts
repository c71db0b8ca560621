import { sql } from 'drizzle-orm';
import { preflightRule } from '../../preflight/rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const views = preflightRule({
  id: 'views',
  title: 'views that name the column',
  holds: 'No view names the column.',
  why: 'MariaDB drops the column without a word, and the view fails for whoever reads it later (1356).',
  remedy:
    'Drop the view or define it anew without the column. A definition that cannot be read needs the privilege SHOW VIEW.',
  beforeHide: false,
  look: (context) =>
    codeThatNamesTheColumn(
      context,
      'view',
      sql`SELECT table_schema AS \`database\`, table_name AS name, view_definition AS definition FROM information_schema.views`,
      null,
    ),
});
