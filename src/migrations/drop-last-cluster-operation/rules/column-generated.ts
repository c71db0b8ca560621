import { sql } from 'drizzle-orm';
import { COLUMN, FENCE, TABLE } from '../column.js';
import { failure, preflightRule } from '../../preflight/rule.js';

export const columnGenerated = preflightRule({
  id: 'column-generated',
  title: 'generated columns that use it',
  holds: 'No generated column is computed from it.',
  why: 'The server refuses to drop a column that a generated one is computed from (1054).',
  remedy: 'Find out who relies on the generated column, then drop it.',
  beforeHide: true,
  look: async ({ servers }) => {
    const rows = await servers.database.read((session) =>
      session.rows<{ name: string }>(sql`
        SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = ${TABLE} 
          AND (LOCATE(${COLUMN}, generation_expression) > 0 OR LOCATE(${FENCE}, generation_expression) > 0)`),
    );
    return rows.map(({ name }) => failure(`The generated column ${name} is computed from it.`));
  },
});
