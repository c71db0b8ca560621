import { sql } from 'drizzle-orm';
import type { Session } from '../database/session.js';

/** InnoDB's own estimate. */
export interface TableSize {
  rows: number;
  bytes: number;
}

export async function tableSize(session: Session, table: string): Promise<TableSize> {
  const [row] = await session.rows<{ amount: number | string | null; bytes: number | string | null }>(sql`
    SELECT table_rows AS amount, data_length + index_length AS bytes FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name = ${table}`);
  return { rows: Number(row?.amount ?? 0), bytes: Number(row?.bytes ?? 0) };
}
