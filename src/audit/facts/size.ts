import { sql } from 'drizzle-orm';
import type { Session } from '../../database/session.js';

/** Rows of the tables of operations below which a pass over them is not worth asking for. */
const FEW_ROWS = 1_000;

/** Whether the tables of operations are small, by the server's estimate, which reads no row of them. */
export async function isSmall(session: Session): Promise<boolean> {
  const [row] = await session.rows<{ estimate: string | number | null }>(sql`
    SELECT SUM(table_rows) AS estimate FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN ('cluster_operations', 'cluster_operation_targets')`);
  return Number(row?.estimate ?? 0) <= FEW_ROWS;
}
