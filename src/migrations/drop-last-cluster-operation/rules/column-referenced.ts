import { sql } from 'drizzle-orm';
import { COLUMN, TABLE } from '../column.js';
import { failure, preflightRule } from '../../preflight/rule.js';

export const columnReferenced = preflightRule({
  id: 'column-referenced',
  title: 'foreign keys that use it',
  holds: 'No foreign key uses it.',
  why: 'Shaken Fist uses no foreign keys; one on this column was added by somebody else, and blocks the drop.',
  remedy: 'Find out who relies on the foreign key, then drop it.',
  beforeHide: true,
  look: async ({ servers }) => {
    const rows = await servers.database.read((session) =>
      session.rows<{ name: string; of: string }>(sql`
        SELECT constraint_name AS name, CONCAT(table_schema, '.', table_name) AS of FROM information_schema.key_column_usage
        WHERE referenced_table_name IS NOT NULL AND (
          (table_schema = DATABASE() AND table_name = ${TABLE} AND column_name = ${COLUMN}) OR
          (referenced_table_schema = DATABASE() AND referenced_table_name = ${TABLE} AND referenced_column_name = ${COLUMN}))`),
    );
    return rows.map(({ name, of }) => failure(`The foreign key ${name} of ${of} uses it.`));
  },
});
