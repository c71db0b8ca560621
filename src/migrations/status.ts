import type { Database } from '../database/database.js';
import { isTableMissing } from '../database/server-errors.js';
import { leaseHolder } from '../database/lease.js';
import type { Migration, Standing } from './migration.js';
import { LEASE_KEY } from './runner.js';

export interface MigrationStatus {
  standings: { migration: Migration; standing: Standing }[];
  /** Who migrates at the moment, or null. */
  running: string | null;
}

/** Where every migration stands; SELECT is enough. */
export async function migrationStatus(
  database: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatus> {
  return database.read(async (session) => {
    const standings: MigrationStatus['standings'] = [];
    for (const migration of migrations)
      standings.push({ migration, standing: await migration.standing(session) });
    try {
      return { standings, running: (await leaseHolder(session, LEASE_KEY))?.description ?? null };
    } catch (error) {
      if (isTableMissing(error)) return { standings, running: null };
      throw error;
    }
  });
}
