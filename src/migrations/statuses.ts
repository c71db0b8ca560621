import type { Database } from '../database/database.js';
import { isTableMissing } from '../database/server-errors.js';
import { leaseHolder } from '../database/lease.js';
import type { Migration, MigrationStatus } from './migration.js';
import { LEASE_KEY } from './runner.js';

export interface MigrationStatuses {
  statuses: { migration: Migration; status: MigrationStatus }[];
  /** Who migrates at the moment, or null. */
  running: string | null;
}

/** Where every migration stands; SELECT is enough. */
export async function migrationStatus(
  database: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatuses> {
  return database.read(async (session) => {
    const statuses: MigrationStatuses['statuses'] = [];
    for (const migration of migrations) statuses.push({ migration, status: await migration.status(session) });
    try {
      return { statuses, running: (await leaseHolder(session, LEASE_KEY))?.description ?? null };
    } catch (error) {
      if (isTableMissing(error)) return { statuses, running: null };
      throw error;
    }
  });
}
