import { sql } from 'drizzle-orm';
import { COLUMN, TABLE } from '../drop-last-cluster-operation/column.js';
import { failure, type PreflightRule } from './rule.js';

export const columnGenerated: PreflightRule = {
  id: 'column-generated',
  title: 'No generated column is computed from it',
  why: 'The server refuses to drop a column that a generated one is computed from (1054).',
  whatToDo: 'Find out who relies on the generated column, then drop it.',
  beforeHide: true,
  check: async ({ surroundings }) => {
    const rows = await surroundings.database.read((session) =>
      session.rows<{ name: string }>(sql`
        SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = ${TABLE} AND LOCATE(${COLUMN}, generation_expression) > 0`),
    );
    return rows.map(({ name }) => failure(`The generated column ${name} is computed from it.`));
  },
};
