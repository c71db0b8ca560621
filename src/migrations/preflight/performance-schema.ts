import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import { isPrivilegeMissing } from '../../database/server-errors.js';

/** Rows of performance_schema, or the reason why there are none to see. */
export async function performanceSchemaRows<Row extends object>(
  database: Database,
  query: SQL,
): Promise<{ rows: Row[] } | { reason: string }> {
  const [setting] = await database.read((session) =>
    session.rows<{ is_on: number }>(sql`SELECT @@global.performance_schema AS is_on`),
  );
  if (setting!.is_on === 0) return { reason: 'performance_schema is off' };
  try {
    return { rows: await database.read((session) => session.rows<Row>(query)) };
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    return { reason: 'privilege SELECT on performance_schema missing' };
  }
}
