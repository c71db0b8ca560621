import { sql } from 'drizzle-orm';
import { isAllowedOnDatabase } from '../../../core/account-privileges.js';
import { preflightRule } from '../../preflight/rule.js';
import { codeThatNamesTheColumn } from './stored-code.js';

export const events = preflightRule({
  id: 'events',
  title: 'scheduled events that name the column',
  holds: 'No scheduled event names the column.',
  why: 'MariaDB drops the column without a word, and the event fails whenever it is due (1054), in the error log only.',
  remedy: 'Drop the event or define it anew without the column. Seeing events needs the privilege EVENT.',
  beforeHide: false,
  look: (context) =>
    codeThatNamesTheColumn(
      context,
      'event',
      sql`SELECT event_schema AS \`database\`, event_name AS name, event_definition AS definition FROM information_schema.events`,
      isAllowedOnDatabase(context.privileges, 'EVENT')
        ? null
        : 'privilege EVENT missing: events are invisible to this account.',
    ),
});
