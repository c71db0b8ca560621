import { sql } from 'drizzle-orm';
import type { PreflightRule } from './rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const events: PreflightRule = {
  id: 'events',
  title: 'No scheduled event names the column',
  why: 'MariaDB drops the column without a word, and the event fails whenever it is due (1054), in the error log only.',
  whatToDo: 'Drop the event or define it anew without the column. Seeing events needs the privilege EVENT.',
  beforeHide: false,
  check: (context) =>
    codeThatNamesTheColumn(
      context,
      'event',
      sql`SELECT event_schema AS \`database\`, event_name AS name, event_definition AS definition FROM information_schema.events`,
      context.privileges.has('EVENT')
        ? null
        : 'privilege EVENT missing: events are invisible to this account.',
    ),
};
