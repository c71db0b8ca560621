import { sql } from 'drizzle-orm';
import { formatVerdicts, type TableFormat } from './verdicts/table-format.js';
import { preflightRule } from './rule.js';

export const tableFormat = preflightRule({
  id: 'table-format',
  title: 'storage of the table',
  holds: 'The table is of a kind that can be altered online.',
  why: 'Only InnoDB alters a table while others use it, and not every row format can do it instantly: ROW_FORMAT=COMPRESSED needs a rebuild (1845).',
  remedy:
    'Convert the table to InnoDB with ROW_FORMAT=DYNAMIC at a time of your choosing, or accept the rebuild when asked.',
  beforeHide: true,
  look: async ({ servers, migration: { table } }) => {
    const [row] = await servers.database.read((session) =>
      session.rows<TableFormat>(sql`
        SELECT engine, row_format, create_options AS options FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name = ${table}`),
    );
    return formatVerdicts(table, row);
  },
});
